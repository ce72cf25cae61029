// @ts-check
/** The server: its REST API, and the way of operations there. */

import { kept, now, uuid4 } from './machine.js';
import { readTask } from './tasks.js';

const REQUEST_LIMIT_MS = 12000;
const SYNC_REFUSES = 'Twilio Sync refuses this server';

/** The server refused: nothing was changed. `problem` is its application/problem+json. */
export class Refusal extends Error {
  constructor(status, problem, retryAfter) {
    super(reason(status, problem, retryAfter));
    this.status = status;
    this.problem = problem;
    this.isLasting = problem.title === SYNC_REFUSES;
  }
}

/** No answer, or none that says whether it happened. */
export class OutcomeUnknown extends Error {}

/** The calls of the REST API that the page makes. */
export class Api {
  /** @param {string[]} columns @param {(isWrong: boolean) => Promise<string>} askPasscode */
  constructor(columns, askPasscode) {
    this.columns = columns;
    this.askPasscode = askPasscode;
    /** @type {Promise<Grant> | null} */
    this.asking = null;
  }

  /** A new token for the same identity, if this tab had one. Asks for the passcode when it must. */
  token() {
    this.asking ??= this.#token(false).finally(() => (this.asking = null));
    return this.asking;
  }

  async #token(isTyped) {
    const { passcode, token } = kept;
    const auth = token ? `Bearer ${token}` : passcode && `Basic ${base64(':' + passcode)}`;
    try {
      const grant = await this.#request('GET', '/token', { headers: auth ? { Authorization: auth } : {} });
      kept.token = grant.token;
      return grant;
    } catch (error) {
      if (error.status !== 401) throw error;
    }
    if (token) delete kept.token;
    else kept.passcode = await this.askPasscode(isTyped);
    return this.#token(!token);
  }

  /**
   * Settles when the server answers, and gives how long that took, in milliseconds. Asks again and again, as a silent
   * line never says no, and beside that with patience, as a slow one takes its time.
   */
  async reach(everyMs) {
    const reached = new AbortController();
    const ask = async (limitMs) => {
      for (let begun = now(); ; begun = now()) {
        const signal = AbortSignal.any([reached.signal, AbortSignal.timeout(limitMs)]);
        const answer = await fetch('/healthz', { signal, cache: 'no-store' }).catch(() => null);
        if (answer || reached.signal.aborted) return now() - begun;
        await new Promise((later) => setTimeout(later, begun + everyMs - now()));
      }
    };
    return Promise.race([ask(everyMs), ask(10 * everyMs)]).finally(() => reached.abort());
  }

  /** The board as the server has it, which is at once, but perhaps not what Sync has by now. @returns {Promise<Task[]>} */
  async staleTasks() {
    await this.token();
    const { tasks } = await this.#signed('GET', '/tasks', { headers: { 'Cache-Control': 'max-stale=60' } });
    return tasks.map((task) => this.readTask(task));
  }

  /**
   * Does an operation.
   * @param {Operation} operation @param {string | undefined} revision for If-Match @param {string} lease
   * @returns {Promise<Task | null>} the task as it is now, null once removed
   */
  async send(operation, revision, lease) {
    const { kind, task, id } = operation;
    const headers = { 'Idempotency-Key': id, Lease: lease, ...(revision !== undefined && { 'If-Match': `"${revision}"` }) };
    if (kind === 'remove') return this.#signed('DELETE', `/tasks/${task}`, { headers });
    const [method, path] = kind === 'add' ? ['POST', '/tasks'] : ['PATCH', `/tasks/${task}`];
    return this.readTask(await this.#signed(method, path, { headers, body: bodyOf(operation) }));
  }

  /** A task of an answer as Sync's events would give it; what is none comes from elsewhere. @param {any} answer @returns {Task} */
  readTask(answer) {
    if (!Number.isInteger(answer?.id)) throw new OutcomeUnknown();
    const { id, revision, ...data } = answer;
    return readTask({ index: id, revision, data }, this.columns);
  }

  /** Takes or renews. */
  takeLease(task, activity, lease) {
    return this.#signed('PUT', `/tasks/${task}/lease`, { headers: { Lease: lease }, body: { activity } });
  }

  /** Gives up, also while the tab closes. */
  dropLease(task, lease) {
    return this.#signed('DELETE', `/tasks/${task}/lease`, { headers: { Lease: lease }, keepalive: true });
  }

  async #signed(method, path, options) {
    const call = () => {
      const Authorization = `Bearer ${kept.token}`;
      return this.#request(method, path, { ...options, headers: { ...options.headers, Authorization } });
    };
    try {
      return await call();
    } catch (error) {
      if (error.status !== 401) throw error;
    }
    await this.token();
    return call();
  }

  async #request(method, path, options) {
    const { headers, body } = options;
    if (body) headers['Content-Type'] = 'application/json';
    const content = { ...options, method, body: body && JSON.stringify(body), cache: 'no-store' };
    try {
      const response = await fetch(path, { ...content, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
      if (response.status === 204) return null;
      if (response.ok) return await response.json();
      const isSaid = response.headers.get('Content-Type')?.startsWith('application/problem+json');
      if (response.status === 504 || !isSaid) throw new OutcomeUnknown(); // a tunnel or proxy is not the board
      throw new Refusal(response.status, await response.json(), response.headers.get('Retry-After'));
    } catch (error) {
      throw error instanceof Refusal ? error : new OutcomeUnknown();
    }
  }
}

function bodyOf(operation) {
  const { name, list, after, before, at, restore } = operation;
  const index = (id) => (/^\d+$/.test(id) ? Number(id) : undefined);
  return { name, list, after: index(after), before: index(before), at, restore: index(restore) };
}

/** What happened and what to do, in words. */
function reason(status, { detail, title, errors, lease }, retryAfter) {
  const said = errors?.map((one) => one.detail).join(' ') || detail || title || `Error ${status}.`;
  if (status === 404) return 'It is no longer there.';
  if (status === 412) return 'Someone changed it meanwhile.';
  if (status === 423) return `${lease?.by ?? 'Someone'} is ${lease?.activity ?? 'changing'} it. Try again when they are done.`;
  if (status === 429) return `${said} Try again in ${retryAfter ?? 'a few'} s.`;
  if (title === SYNC_REFUSES) return said;
  if (status === 503) return `Sync cannot be reached. Try again in ${retryAfter ?? 'a few'} s.`;
  return status >= 500 ? `The server failed (${said}). Try again.` : said;
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** The way of an operation to the server. */
export class Outbox {
  /** @param {State} state @param {Api} api @param {() => void} changed */
  constructor(state, api, changed) {
    this.state = state;
    this.api = api;
    this.changed = changed;
    this.identity = '';
  }

  /** Sends what may be sent, once it is known who we are. */
  pump() {
    if (this.identity) this.state.sendable(now()).forEach((operation) => this.#send(operation));
  }

  async #send(operation) {
    const other = this.state.conflict(operation);
    if (other) return this.state.refused(operation, 'Someone changed it meanwhile.', other);
    this.state.sending(operation);
    try {
      const task = await this.api.send(operation, this.state.condition(operation), this.state.ownLease);
      this.state.answered(operation, task, now());
    } catch (error) {
      this.#failed(operation, error);
    }
    this.changed();
    this.pump();
  }

  #failed(operation, error) {
    if (error instanceof OutcomeUnknown) return this.state.unknown(operation, now());
    if (!(error instanceof Refusal)) throw error;
    const { status, problem, message } = error;
    const isRepeated = operation.tries > 1; // it may have happened then: no refusal now says that it did not
    if (isRepeated && (status === 429 || status > 499)) return this.state.unknown(operation, now());
    if (status === 404 && operation.kind === 'remove') return this.state.answered(operation, null, now());
    const key = isRepeated ? operation.id : uuid4();
    if (status === 409 && this.state.withoutNeighbour(operation, String(problem.neighbour), key)) return;
    const current = status === 412 && problem.task ? this.api.readTask(problem.task) : null;
    if (current && this.state.rebase(operation, current, uuid4())) return;
    this.state.refused(operation, message, current);
  }
}
