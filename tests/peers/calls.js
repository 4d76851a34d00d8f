// Which request each method of the installed @binance/connector asks for, as one line of JSON;
// nothing is sent: NODE_PATH=…/node_modules node tests/peers/calls.js
'use strict'

const { Spot, WebsocketAPI } = require('@binance/connector')

const ARGUMENTS = [[], Array(9).fill('1'), Array(9).fill({ orderListId: '1', symbol: '1' }), ['1', { orderListId: '1' }]]

function askedBy (client, senders, said) {
  let asked = null
  for (const sender of senders) {
    client[sender] = (...what) => { asked = said(...what); throw new Error('asked') }
  }
  const found = {}
  for (let kind = Object.getPrototypeOf(client); kind !== Object.prototype; kind = Object.getPrototypeOf(kind)) {
    for (const name of Object.getOwnPropertyNames(kind)) {
      if (name === 'constructor' || senders.includes(name)) continue
      for (const given of ARGUMENTS) {
        asked = null
        // Made-up arguments may not be what it takes; the next may do.
        try { client[name](...given) } catch (error) { if (asked) { found[name] = asked; break } }
      }
    }
  }
  return found
}

const rest = askedBy(new Spot('key', 'secret'), ['publicRequest', 'signRequest'],
  (method, path) => `${method} ${path.split('?')[0]}`)
const SENDERS = ['sendMessage', 'sendMessageWithAPIKey', 'sendSignatureMessage', 'initConnect',
  'publicRequest', 'signRequest']
const sockets = askedBy(Object.create(WebsocketAPI.prototype), SENDERS, method => method)
process.stdout.write(JSON.stringify({ rest, sockets }))
