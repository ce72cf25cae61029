// Reads calls from standard input, one JSON line each, and writes what they give.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import './driver.mjs';

const require = createRequire(import.meta.url);
const { Client } = createRequire(new URL('../../web/', import.meta.url))('twilio-sync');
const WebSocket = require('ws');

const sockets = [];
// Node 20 has no WebSocket that the SDK could use.
globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    sockets.push(this);
  }
};

// The SDK leaves promises unhandled when a socket is lost at the wrong moment.
process.on('unhandledRejection', () => {});

const driver = globalThis.makeDriver(Client, sockets);

async function answer(line) {
  const { name, args } = JSON.parse(line);
  try {
    return { result: (await driver[name](...args)) ?? null };
  } catch (error) {
    const { status, code, message } = error;
    return { error: { status: status ?? null, code: code ?? null, message } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
process.exit(0);
