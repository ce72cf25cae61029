/** The ways between a page and the model of the server: calls and answers, and what Sync tells. */

import { OutcomeUnknown, Refusal } from '../../web/api.js';

/** The way of calls: each waits until it is done, and then until it is answered, in any order. */
export class Wire {
  constructor(server, { draw, happens, pick }) {
    Object.assign(this, { draw, happens, pick });
    this.calls = [];
    this.answers = [];
    const call = (words, deed) => new Promise((resolve, reject) => this.calls.push({ words, deed, resolve, reject }));
    this.api = {
      readTask: (task) => task,
      send: (operation, revision, lease) => {
        const sent = { ...operation };
        return call(`${sent.kind} ${sent.task}`, () => server.do(sent, revision, lease));
      },
      takeLease: (task, activity, lease) => call(`take ${task}`, () => server.takeLease(task, lease)),
      dropLease: (task, lease) => call(`drop ${task}`, () => server.giveUpLease(task, lease)),
    };
  }

  /** Lets a call come to the server, unless it fails on the way. @returns {string} what became of it */
  serve(failing) {
    if (!this.calls.length) return 'nothing';
    const call = this.draw(this.calls);
    const isSafe = call.words.startsWith('drop') || !this.happens(failing);
    const fate = isSafe ? 'done' : this.pick(['busy', 'limited', 'lost', 'lost', 'unsent']);
    const answer = FATES[fate](call.deed);
    this.answers.push(() => (answer instanceof Error ? call.reject(answer) : call.resolve(answer)));
    return `${call.words}: ${fate}${answer?.status ? ` with ${answer.status}` : ''}`;
  }

  /** Lets an answer come to the page. */
  answer() {
    if (this.answers.length) this.draw(this.answers)();
  }
}

const FATES = {
  done: (deed) => attempt(deed),
  lost: (deed) => (attempt(deed), new OutcomeUnknown()),
  unsent: () => new OutcomeUnknown(),
  busy: () => new Refusal(503, {}, '2'),
  limited: () => new Refusal(429, {}, '1'),
};

function attempt(deed) {
  try {
    return deed();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Sync's line: it tells events in their order, but late; after a cut, all is read anew. */
export class Line {
  constructor(server, state, now) {
    Object.assign(this, { server, state, now });
    /** What a snapshot under way will say. */
    this.pages = null;
    this.isUp = true;
  }

  /** Tells the next event. @returns {string} which */
  tell() {
    const event = this.isUp || this.pages ? this.server.events.shift() : undefined;
    if (!event) return 'nothing';
    const { id, task } = event;
    if (task) this.state.put(task);
    else this.state.remove(id);
    return task ? `${id} is '${task.name}' in ${task.list}` : `${id} is gone`;
  }

  /** Goes on: is cut, or begins a snapshot, or ends it and is up. @returns {string} what happened */
  turn() {
    if (this.isUp) return this.#cut();
    return this.pages ? this.#end() : this.#begin();
  }

  #cut() {
    this.isUp = false;
    this.state.setLine(false, this.now());
    return 'is cut';
  }

  #begin() {
    this.server.events = [];
    this.pages = this.server.shown();
    this.state.beginSnapshot(this.now());
    return 'reads';
  }

  #end() {
    this.pages.forEach((task) => this.state.put(task, true));
    this.state.endSnapshot();
    [this.pages, this.isUp] = [null, true];
    this.state.setLine(true, this.now());
    return 'is up';
  }
}
