// A page without a browser: the unmodified SDK follows the List; each line read asks what it holds.
// Arguments: the address of the board's server.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { Client } = createRequire(new URL('../../web/', import.meta.url))('twilio-sync');
globalThis.WebSocket = createRequire(import.meta.url)('ws');
// The SDK leaves promises unhandled when a socket is lost at the wrong moment.
process.on('unhandledRejection', () => {});

const items = {};
const keep = ({ item }) => (items[item.index] = structuredClone(item.data));

/** A question that a cut socket leaves without an answer is asked again. */
async function persist(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

const ask = async () => (await fetch(`${process.argv[2]}/token`)).json();
const { token, sync } = await persist(ask);
const client = new Client(token, sync.options);
const list = await persist(() => client.list({ id: sync.list, mode: 'open_existing' }));
list.on('itemAdded', keep);
list.on('itemUpdated', keep);
list.on('itemRemoved', ({ index }) => delete items[index]);
let page = await persist(() => list.getItems({ pageSize: 100 }));
for (;;) {
  page.items.forEach((item) => keep({ item }));
  if (!page.hasNextPage) break;
  const before = page;
  page = await persist(() => before.nextPage());
}
console.log('ready');
for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(items));
process.exit(0);
