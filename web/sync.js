// @ts-check
/** The line to Sync: read-only, opened again whenever it is lost, and checked while it is silent. */

const ABSENT = 'is-the-line-alive';
const PAGE = 100;

/** Keeps one client at a time; what an older one still says is not heard. */
export class SyncLine {
  /**
   * @param {() => Promise<Grant>} ask for a token, which also grants the reading anew
   * @param {LineListener} listener
   * @param {typeof import('./main.js').defaults} settings
   */
  constructor(ask, listener, settings) {
    this.ask = ask;
    this.listener = listener;
    this.settings = settings;
    /** @type {Link} */
    this.link = newLink();
    /** @type {LineState} */
    this.state = { state: 'connecting', since: Date.now() };
    this.attempts = 0;
    this.heardAt = Date.now();
    this.renewAt = Infinity;
    this.isProbing = false;
  }

  /** Connects for the first time, and watches the line from now on. */
  start() {
    this.#connect();
    setInterval(() => this.#watch(), this.settings.watchMs);
    document.addEventListener('visibilitychange', () => this.#watch());
    addEventListener('online', () => this.#watch());
    addEventListener('offline', () => this.#say('offline'));
  }

  /** @returns {Promise<void>} */
  async #connect() {
    const link = (this.link = newLink());
    try {
      const grant = await this.ask();
      if (link !== this.link) return;
      this.#granted(grant);
      link.begunAt = Date.now();
      link.client = this.#client(grant);
      this.#listen(link);
      await this.#open(link, grant.sync);
    } catch (error) {
      if (link === this.link) this.#lost(error);
    }
  }

  /** @param {Grant} grant */
  #granted(grant) {
    this.renewAt = Date.now() + grant.expires_in * 750;
    this.listener.granted(grant);
  }

  /** @param {Grant} grant */
  #client({ token, sync: { options } }) {
    const Sync = { ...options.Sync, enableSessionStorage: false };
    return new window.Twilio.Sync.Client(token, { retryPolicy: this.settings.retryPolicy, ...options, Sync });
  }

  /** @param {Link} link */
  #listen(link) {
    const here = (/** @type {(value?: any) => void} */ act) => (/** @type {any} */ value) => link === this.link && act(value);
    link.client.on('connectionStateChanged', here((state) => this.#stateChanged(link, state)));
    link.client.on('tokenAboutToExpire', here(() => this.#renew(link)));
    link.client.on('tokenExpired', here(() => isWaiting(link.client.connectionState) && this.#renew(link)));
  }

  /** @param {Link} link @param {string} state */
  #stateChanged(link, state) {
    link.isUp = state === 'connected';
    if (link.isUp) {
      this.heardAt = Date.now();
      this.#say(link.isOpen ? 'live' : 'loading');
    } else {
      link.begunAt = Date.now();
      this.#say(state === 'connecting' || state === 'retrying' ? 'retrying' : 'offline');
    }
    // Before one of these states, updateToken never settles (SYNC_PROTOCOL.md 7.3).
    if (isWaiting(state)) this.#renew(link);
  }

  /** Puts a new token on the line; a new client if the line does not take it. @param {Link} link */
  async #renew(link) {
    if (link.isRenewing) return;
    link.isRenewing = true;
    try {
      const grant = await this.ask();
      if (link !== this.link) return;
      this.#granted(grant);
      await within(this.settings.probeLimitMs, link.client.updateToken(grant.token));
      link.isRenewing = false;
    } catch (error) {
      if (link === this.link) this.#lost(error);
    }
  }

  /** @param {Link} link @param {Grant['sync']} names */
  async #open(link, names) {
    const until = Date.now() + this.settings.grantLimitMs;
    const [list, map] = await Promise.all([
      granted(() => link.client.list({ id: names.list, mode: 'open_existing' }), until),
      granted(() => link.client.map({ id: names.leases, mode: 'open_existing' }), until),
    ]);
    if (link !== this.link) return;
    const { put, gone, lease, leaseGone, begin, read, end } = this.listener;
    this.#follow(link, list, ({ item }) => put(copy(item)), ({ index }) => gone(index));
    this.#follow(link, map, ({ item }) => lease(item.key, item.data), ({ key }) => leaseGone(key));
    begin();
    await this.#read(link, list, (items) => read(items.map(copy)));
    await this.#read(link, map, (items) => items.forEach((item) => lease(item.key, item.data)));
    if (link !== this.link) return;
    end();
    link.isOpen = true;
    this.attempts = 0;
    if (link.isUp) this.#say('live');
  }

  /** @param {Link} link @param {any} object @param {(event: any) => void} put @param {(event: any) => void} gone */
  #follow(link, object, put, gone) {
    const hear = (/** @type {(event: any) => void} */ act) => (/** @type {any} */ event) => {
      if (link !== this.link) return;
      this.heardAt = Date.now();
      act(event);
    };
    object.on('itemAdded', hear(put));
    object.on('itemUpdated', hear(put));
    object.on('itemRemoved', hear(gone));
    object.on('removed', hear(() => this.#lost(null)));
    object.on('failure', hear(() => this.#lost(null)));
  }

  /** All pages, each handed on as it comes. @param {Link} link @param {any} object @param {(items: any[]) => void} take */
  async #read(link, object, take) {
    let page = await object.getItems({ pageSize: PAGE });
    while (link === this.link) {
      this.heardAt = Date.now();
      take(page.items);
      if (!page.hasNextPage) return;
      page = await page.nextPage();
    }
  }

  /** Lets the line go and makes a new one a little later. @param {any} error */
  #lost(error) {
    const { client } = this.link;
    this.link = newLink();
    client?.removeAllListeners();
    client?.shutdown().catch(() => {});
    const isRefused = error?.status === 401 || error?.status === 403;
    this.#say(isRefused ? 'refused' : 'offline', isRefused ? error.message : undefined);
    const { min, max } = this.settings.retryPolicy;
    const wait = Math.min(min * 2 ** this.attempts++, isRefused ? 30000 : max) * (0.8 + Math.random() * 0.4);
    const link = this.link;
    setTimeout(() => link === this.link && this.#connect(), wait);
  }

  /** @param {LineState['state']} state @param {string} [reason] */
  #say(state, reason) {
    const isFirst = this.state.state === 'connecting';
    const isBroken = state !== 'live' && state !== 'loading' && !isFirst;
    const wasBroken = this.state.state !== 'live' && !isFirst;
    if (isFirst && state === 'retrying') return;
    const since = isBroken && wasBroken ? this.state.since : Date.now();
    this.state = { state, since, reason };
    this.listener.line(this.state);
  }

  #watch() {
    const { link, settings } = this;
    if (!link.client || document.hidden) return;
    const limit = Math.min(settings.connectLimitMs + this.attempts * 1000, 3 * settings.connectLimitMs);
    const now = Date.now();
    if (!link.isUp && !link.isRenewing && now - link.begunAt > limit) return this.#lost(null);
    if (now > this.renewAt && link.isUp) this.#renew(link);
    if (link.isUp && now - this.heardAt >= settings.quietMs) this.probe();
  }

  /** Asks Sync for a sign of life: any answer to a question about an absent name. */
  async probe() {
    const { link } = this;
    if (this.isProbing || !link.isUp) return;
    this.isProbing = true;
    const question = link.client.list({ id: ABSENT, mode: 'open_existing' });
    const isDead = await within(this.settings.probeLimitMs, question).then(() => false, (error) => error === TOO_LATE);
    this.isProbing = false;
    if (link !== this.link) return;
    this.heardAt = Date.now();
    if (isDead) this.#lost(null);
  }
}

const TOO_LATE = new Error('too late');

/** @template T @param {number} ms @param {Promise<T>} promise @returns {Promise<T>} rejects with TOO_LATE after ms */
function within(ms, promise) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(reject, ms, TOO_LATE))]);
}

/** Opens; a permission may take a moment to be seen (403/54007). @param {() => Promise<any>} open @param {number} until @returns {Promise<any>} */
async function granted(open, until) {
  try {
    return await open();
  } catch (error) {
    if (/** @type {any} */ (error).status !== 403 || Date.now() > until) throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, 250));
  return granted(open, until);
}

/** @returns {Link} */
function newLink() {
  return { client: null, isUp: false, isOpen: false, isRenewing: false, begunAt: Date.now() };
}

/** @param {string} state whether a client in it waits for another token */
function isWaiting(state) {
  return state === 'disconnected' || state === 'denied';
}

/** The SDK changes its items in place. @param {any} item */
function copy({ index, data, revision }) {
  return { index, data: structuredClone(data), revision };
}
