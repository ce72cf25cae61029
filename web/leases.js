// @ts-check
/** The leases of this page: taken, renewed and given up. */

import { uuid4 } from './uuid.js';

/** At most one lease per task; a lease is politeness, so a failing server does not stop anyone. */
export class Leases {
  /** @param {State} state @param {Api} api @param {number} renewMs */
  constructor(state, api, renewMs) {
    this.state = state;
    this.api = api;
    this.renewMs = renewMs;
    /** @type {Map<string, Held>} */
    this.held = new Map();
    /** @type {Map<string, Promise<void>>} tasks that are just given up: taken again only after that */
    this.leaving = new Map();
  }

  /**
   * Takes a task for an activity.
   * @param {'dragging' | 'editing'} activity
   * @param {(reason: string) => void} refused called if someone else has it, then or at a renewal
   */
  take(task, activity, refused) {
    if (this.share(task) || Number.isNaN(Number(task))) return;
    const ask = () => this.#ask(task, activity, refused);
    const timer = setInterval(ask, this.renewMs);
    /** @type {Held} */
    const held = { id: null, wanted: uuid4(), users: 1, answer: Promise.resolve(null), timer };
    this.held.set(task, held);
    this.state.ownLeases.add(task);
    held.answer = ask();
  }

  /** The id of the lease on a task once it was answered, or null; then an earlier one is given up for good. */
  async idOf(task) {
    const held = this.held.get(task);
    if (!held) await this.leaving.get(task);
    return (await held?.answer) ?? null;
  }

  /** Holds it for one more user, if it is held. */
  share(task) {
    const held = this.held.get(task);
    if (held) held.users += 1;
    return held !== undefined;
  }

  /** Gives up a task, after its taking was answered. */
  drop(task) {
    const held = this.held.get(task);
    if (!held || --held.users > 0) return;
    this.held.delete(task);
    clearInterval(held.timer);
    this.leaving.set(task, this.#giveUp(task, held));
  }

  async #giveUp(task, held) {
    const id = held.id ?? (await held.answer);
    if (!this.held.has(task)) this.state.ownLeases.delete(task);
    if (id) await this.api.dropLease(task, id).catch(() => {});
  }

  /** The tab closes: what is answered is given up now, the rest runs out. */
  dropAll() {
    for (const [task, held] of this.held) {
      held.users = 1;
      this.drop(task);
    }
  }

  async #ask(task, activity, refused) {
    const held = this.held.get(task);
    try {
      await this.leaving.get(task);
      const { lease } = await this.api.takeLease(task, activity, held?.wanted ?? null);
      if (held) held.id = lease;
      this.state.ownLeases.add(lease);
      return lease;
    } catch (error) {
      if (error.status !== 423 || this.held.get(task) !== held) return held?.id ?? null;
      this.held.delete(task);
      clearInterval(held?.timer);
      this.state.ownLeases.delete(task);
      refused(error.message);
      return null;
    }
  }
}
