// @ts-check
/** Carrying a card by keys: an operation that is shown and not sent until it is dropped. */

import { uuid4 } from './uuid.js';
import { find } from './view.js';

/** At most one card at a time. */
export class Carry {
  /** @param {State} state @param {Leases} leases @param {CarryHands} hands */
  constructor(state, leases, hands) {
    this.state = state;
    this.leases = leases;
    this.hands = hands;
    /** @type {Operation | null} */
    this.operation = null;
  }

  /** Takes a card up; it goes back by itself if someone else holds it. */
  lift(task) {
    this.operation = this.state.add({ id: uuid4(), kind: 'change', task, phase: 'held' });
    this.leases.take(task, 'dragging', (reason) => {
      this.drop(true);
      this.hands.fail(`Put back. ${reason}`);
    });
    this.hands.draw();
    this.hands.say('Lifted. Arrows carry it, Space drops it, Escape puts it back.');
  }

  /** Shows it at another place. @param {Place} place */
  to(place) {
    if (!this.operation) return;
    Object.assign(this.operation, place);
    this.hands.draw();
    document.activeElement?.scrollIntoView({ block: 'nearest' });
    const found = find(this.hands.view(), this.operation.task);
    if (found) this.hands.say(`${found.column.id}, ${found.at + 1} of ${found.column.cards.length}`);
  }

  /** Lets it go where it is shown, or puts it back. */
  drop(isPutBack = false) {
    const { operation, state } = this;
    if (!operation) return;
    this.operation = null;
    state.cancel(operation);
    const { task, list, after, before } = operation;
    if (isPutBack || list === undefined || !find(state.view(), task)) this.leases.drop(task);
    else this.hands.act({ kind: 'change', task, list, after, before, isLeased: true });
    this.hands.draw();
  }
}
