// The unmodified SDK, driven by name: the same in Node and in a browser.
// What happens is kept in a log; waitFor gives its entries of a type.

const PATIENCE_MS = 20000;

/** Make a driver of SDK clients. sockets: every WebSocket the SDK has opened. */
globalThis.makeDriver = function makeDriver(Client, sockets) {
  const log = [];
  const objects = {};
  let client;
  let pages;
  let wake = () => {};

  function note(type, details) {
    log.push({ type, ...structuredClone(details) });
    wake();
  }

  function plain(item) {
    const key = item.index ?? item.key;
    return { key, data: item.data, updated: item.dateUpdated instanceof Date };
  }

  function listen(name, object) {
    for (const type of ['itemAdded', 'itemUpdated']) {
      object.on(type, ({ item, isLocal, previousItemData }) =>
        note(type, { name, ...plain(item), isLocal, previous: previousItemData }));
    }
    object.on('itemRemoved', ({ index, key, isLocal, previousItemData }) =>
      note('itemRemoved', { name, key: index ?? key, isLocal, previous: previousItemData }));
    object.on('removed', ({ isLocal }) => note('removed', { name, isLocal }));
    object.on('failure', ({ status, code }) => note('failure', { name, status, code }));
  }

  function settled(page) {
    pages = page;
    return { items: page.items.map(plain), hasNextPage: page.hasNextPage };
  }

  async function open(method, name, mode) {
    const object = await client[method](mode ? { id: name, mode } : name);
    objects[name] = object;
    listen(name, object);
    return { sid: object.sid, uniqueName: object.uniqueName };
  }

  function watch() {
    client.on('connectionStateChanged', (state) => note(`state:${state}`, {}));
    client.on('connectionError', (e) => note('connectionError', { code: e.errorCode }));
    client.on('tokenAboutToExpire', () => note('tokenAboutToExpire', {}));
    client.on('tokenExpired', () => note('tokenExpired', {}));
  }

  return {
    connect(token, options) {
      client = new Client(token, options);
      watch();
    },
    shutdown: () => client.shutdown(),
    state: () => client.connectionState,
    openList: (name, mode) => open('list', name, mode),
    openMap: (name, mode) => open('map', name, mode),
    items: async (name, options) => settled(await objects[name].getItems(options)),
    nextPage: async () => settled(await pages.nextPage()),
    get: async (name, key) => plain(await objects[name].get(key)),
    push: async (name, data, meta) => plain(await objects[name].push(data, meta)),
    set: async (name, key, data, meta) => plain(await objects[name].set(key, data, meta)),
    update: async (name, key, data) => plain(await objects[name].update(key, data)),
    mutate: async (name, key, field) => plain(await objects[name].mutate(key, (data) => {
      return { ...data, [field]: (data[field] ?? 0) + 1 };
    })),
    remove: (name, key) => objects[name].remove(key),
    removeList: (name) => objects[name].removeList(),
    removeMap: (name) => objects[name].removeMap(),
    setTtl: (name, ttl) => objects[name].setTtl(ttl),
    updateToken: (token) => client.updateToken(token).then(() => null),
    socketCount: () => sockets.length,
    cut() {
      const socket = sockets[sockets.length - 1];
      (socket.terminate ?? socket.close).call(socket);
    },
    log: () => log,
    /** Forget what has happened so far. */
    forget: () => { log.length = 0; },
    /** Wait until the log has count entries of a type; give them. */
    async waitFor(type, count = 1) {
      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const found = log.filter((entry) => entry.type === type);
        if (found.length >= count) return found;
        if (Date.now() > until) throw new Error(`only ${found.length} of ${count} ${type}`);
        await new Promise((resolve) => {
          wake = resolve;
          setTimeout(resolve, 500);
        });
      }
    },
  };
};
