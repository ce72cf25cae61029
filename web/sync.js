// @ts-check
/** The line to Sync: read-only, opened again whenever it is lost, and checked while it is silent. Runs in the worker. */

import { now } from './machine.js';

const ABSENT = 'is-the-line-alive';
const TOO_LATE = new Error('too late');
const MOST_PATIENCE_MS = 20000;
const TOKEN_REFUSED = 'Twilio Sync refuses this page. Whoever runs the board: `make doctor` looks at its clock and its key.';

/** Keeps one client at a time; what an older one still says is not heard. */
export class SyncLine {
  /** @param {Pick<Api, 'token' | 'reach'>} api @param {LineListener} listener */
  constructor(api, listener) {
    this.api = api;
    this.listener = listener;
    this.link = newLink();
    /** @type {LineState} */
    this.state = { state: 'connecting', since: Date.now() };
    this.failures = 0;
    this.heardAt = now();
    this.renewAt = this.lapsesAt = Infinity;
    this.isProbing = false;
  }

  /** Connects for the first time, and watches the line from now on. @param {Settings} settings */
  start(settings, isHidden) {
    this.settings = settings;
    this.answerMs = settings.answerMs;
    this.isHidden = isHidden;
    this.#connect();
    const watch = () => this.#watch();
    setInterval(watch, settings.watchMs);
    addEventListener('online', watch);
    addEventListener('offline', () => this.#say('offline'));
  }

  /** The page went out of sight, where nobody waits for the line, or came back. */
  look(isHidden) {
    this.isHidden = isHidden;
    this.#watch();
  }

  /** The page heard that the browser went online or offline; the SDK listens for that, too. */
  hear(type) {
    dispatchEvent(new Event(type));
  }

  /** Something is late: is the line alive? The page is told its own word, once what came before the answer has passed. */
  check(word) {
    this.#probe(() => this.listener.alive(word));
  }

  async #connect() {
    const { link } = this;
    try {
      if (this.failures) this.answerMs = await this.api.reach(this.settings.reachMs);
      const grant = await this.#grant(link);
      link.changedAt = now();
      const options = { ...grant.sync.options, retryPolicy: this.settings.retryPolicy };
      options.Sync = { ...options.Sync, enableSessionStorage: false };
      link.client = new Twilio.Sync.Client(grant.token, options);
      this.#listen(link);
      await this.#open(link, grant.sync);
    } catch (error) {
      this.#lost(link, error);
    }
  }

  async #grant(link) {
    const grant = await this.api.token();
    if (link !== this.link) throw TOO_LATE;
    link.isFresh = true;
    this.lapsesAt = now() + grant.expires_in * 950;
    this.renewAt = now() + grant.expires_in * 750;
    this.listener.granted(grant);
    return grant;
  }

  #listen(link) {
    const { client } = link;
    client.on('connectionStateChanged', (state) => link === this.link && this.#changed(link, state));
    client.on('tokenAboutToExpire', () => this.#watch());
    client.on('tokenExpired', () => isWaiting(client.connectionState) && this.#renew(link));
  }

  #changed(link, state) {
    link.isUp = state === 'connected';
    if (link.isUp) this.answerMs = Math.min(this.answerMs, now() - link.changedAt);
    link.changedAt = this.heardAt = now();
    if (link.isUp) this.#say(link.isOpen ? 'live' : 'loading');
    else if (this.state.state !== 'refused') this.#say(state === 'connecting' || state === 'retrying' ? 'retrying' : 'offline');
    if (link.isOpen && state === 'denied') this.#lost(link); // a server with other keys may have another List
    // Before one of these states, updateToken never settles (SYNC_PROTOCOL.md 7.3).
    else if (isWaiting(state)) this.#renew(link);
  }

  /** Puts a new token on the line; makes a new client if the line does not take it. */
  async #renew(link) {
    if (link.isRenewing || link !== this.link) return;
    link.isRenewing = true;
    link.isFresh = false;
    try {
      const { token } = await this.#grant(link);
      await within(this.#patience('connectLimitMs', 6), link.client.updateToken(token));
    } catch (error) {
      const isGood = link === this.link && link.isUp && now() < this.lapsesAt;
      if (isGood) this.renewAt = now() + this.settings.renewAgainMs;
      else this.#lost(link, error);
    }
    link.isRenewing = false;
    link.changedAt = now();
  }

  async #open(link, { list, leases }) {
    const until = now() + this.settings.grantLimitMs;
    const { begin, put, gone, read, lease, leaseGone, end } = this.listener;
    const open = async (kind, id, ...hands) =>
      this.#mirror(link, await granted(() => link.client[kind]({ id, mode: 'open_existing' }), until), ...hands);
    await Promise.all([
      open('list', list, begin, (item) => put(plain(item)), ({ index }) => gone(index), (items) => read(items.map(plain))),
      open('map', leases, () => {}, ({ key, data }) => lease(key, data), ({ key }) => leaseGone(key)),
    ]);
    end();
    link.isOpen = true;
    this.failures = 0;
    if (link.isUp) this.#say('live');
  }

  /** Hands on what an object holds: events from the first moment, then all pages, each while the next is on its way. */
  async #mirror(link, object, begin, put, gone, take = (items) => items.forEach(put)) {
    const check = () => {
      if (link !== this.link) throw TOO_LATE;
    };
    const hear = (act) => (event) => {
      if (link !== this.link) return;
      this.heardAt = now();
      act(event);
    };
    check();
    begin();
    for (const type of ['itemAdded', 'itemUpdated']) object.on(type, hear(({ item }) => put(item)));
    object.on('itemRemoved', hear(gone));
    for (const type of ['removed', 'failure']) object.on(type, () => this.#lost(link));
    for (let next = object.getItems({ pageSize: 100 }); next;) {
      const page = await next;
      check();
      this.heardAt = now();
      next = page.hasNextPage ? page.nextPage() : null;
      take(page.items);
    }
  }

  /** Lets a client go and makes a new one a little later. */
  #lost(link, error = null) {
    if (link !== this.link) return;
    this.link = newLink();
    link.client?.removeAllListeners();
    link.client?.shutdown().catch(() => {});
    const hasSaidNo = error?.isLasting || [401, 403, 429].includes(error?.status);
    const isRefused = hasSaidNo || (link.isFresh && !link.isOpen && link.client?.connectionState === 'denied');
    const reason = hasSaidNo ? error.message : TOKEN_REFUSED;
    this.#say(isRefused ? 'refused' : 'offline', isRefused ? `${reason} This page tries again by itself.` : '');
    const { min, max } = this.settings.retryPolicy;
    const wait = Math.min(min * 2 ** this.failures++, isRefused ? 15 * max : max);
    setTimeout(() => this.#connect(), wait * (0.8 + Math.random() * 0.4));
  }

  #say(state, reason = '') {
    const { state: was, since } = this.state;
    if (was === 'connecting' && state === 'retrying') return;
    const isSame = isDown(state) && (isDown(was) || was === 'loading');
    this.state = { state, since: isSame ? since : Date.now(), reason };
    this.listener.line(this.state);
  }

  #watch() {
    const { link, settings } = this;
    const time = now();
    if (link.isUp && time > this.renewAt) this.#renew(link); // not before: a token that lives for a minute is always about to expire
    if (!link.client || this.isHidden) return;
    const limit = this.#patience('connectLimitMs', 6) + Math.min(this.failures, 6) * 1000;
    if (!link.isUp && !link.isRenewing && time - link.changedAt > limit) return this.#lost(link);
    if (time - this.heardAt >= settings.quietMs) this.#probe();
  }

  /** Asks Sync for a sign of life: any answer to a question about an absent name; whatever else comes lets it wait on. */
  async #probe(answered = () => {}) {
    const { link } = this;
    if (this.isProbing || !link.isUp) return;
    this.isProbing = true;
    let isAlive = false;
    const limit = this.#patience('probeLimitMs', 4);
    const answer = link.client.list({ id: ABSENT, mode: 'open_existing' }).catch(() => {}).then(() => (isAlive = true));
    this.heardAt = now();
    for (let left = limit; left > 0 && !isAlive && link === this.link; left = this.heardAt + limit - now()) {
      await within(left, answer).catch(() => {});
    }
    this.isProbing = false;
    this.heardAt = now();
    if (!isAlive) this.#lost(link);
    else if (link === this.link) answered();
  }

  /** A limit in milliseconds: that of the settings, on a slow line so many of its answers. @param {keyof Settings} name */
  #patience(name, answers) {
    return Math.max(this.settings[name], Math.min(answers * this.answerMs, MOST_PATIENCE_MS));
  }
}

/** What the page needs of an Item: the SDK's own object cannot leave the worker. */
function plain({ index, revision, data }) {
  return { index, revision, data };
}

/** Rejects with TOO_LATE after ms. */
function within(ms, promise) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(reject, ms, TOO_LATE))]);
}

/** Opens; it may take a moment until a new permission is seen (403/54007). */
async function granted(open, until) {
  try {
    return await open();
  } catch (error) {
    if (error.status !== 403 || now() > until) throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, 250));
  return granted(open, until);
}

/** @returns {Link} */
function newLink() {
  return { client: null, isUp: false, isOpen: false, isRenewing: false, isFresh: false, changedAt: now() };
}

/** Whether a client in this state waits for another token. */
function isWaiting(state) {
  return state === 'disconnected' || state === 'denied';
}

function isDown(state) {
  return state === 'retrying' || state === 'offline' || state === 'refused';
}
