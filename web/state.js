// @ts-check
/**
 * What the page knows: what Sync says, and the operations that it does not show yet.
 * No DOM and no I/O; times are milliseconds given by the caller.
 */

import { apply, differs, find, isUnsent, placeOf, shows, Synced } from './view.js';

export const DELETED = 'It was deleted meanwhile.';
const CONFIRMED_STAYS_MS = 5000;
const LEASE_SHOWN_MS = 15000;
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];

export class State {
  /** @param {string[]} columns @param {(report: Outcome) => void} report told once of each outcome */
  constructor(columns, report = () => {}) {
    this.synced = new Synced(columns);
    this.report = report;
    /** @type {Operation[]} */
    this.operations = [];
    /** @type {Map<string, Lease>} */
    this.leases = new Map();
    /** The id of this page's leases. */
    this.ownLease = '';
    /** @type {number | null} */
    this.lineUpSince = null;
    this.snapshotBegunAt = 0;
    this.askedAt = 0; // the last question that Sync has answered: what was done before, it has told
    /** @type {Map<string, string>} ids that added tasks got, by what they were called before */
    this.named = new Map();
  }

  view() {
    return apply(this.operations, this.synced.columns, (id) => this.heldByOther(id));
  }

  add(wanted) {
    const { card: { task } = { task: wanted }, column } = find(this.view(), wanted.task) ?? {};
    const operation = { title: task.name, home: column?.id, phase: 'waiting', answeredAt: 0, retryAt: 0, tries: 0, isDone: false, marks: [], ...wanted };
    this.#follow(operation);
    this.operations.push(operation);
    return operation;
  }

  /** Takes back an operation that was not sent. @param {Operation} operation */
  cancel(operation) {
    this.operations = this.operations.filter((other) => other !== operation);
  }

  /** The operations that may go out: one at a time of those that have a task, a neighbour or a place in common. */
  sendable(now) {
    const busy = new Set();
    return this.operations.filter((operation) => {
      const { phase, task, after, before, restore, retryAt } = operation;
      const names = [task, after, before, restore, placeOf(operation)].filter(Boolean);
      const mustWait = names.some((name) => busy.has(name));
      if (phase !== 'answered' && phase !== 'held') names.forEach((name) => busy.add(name));
      return !mustWait && (phase === 'waiting' || (phase === 'unknown' && this.lineUpSince !== null && now >= retryAt));
    });
  }

  /** Notes that it goes out now; its event will carry its id. @param {Operation} operation */
  sending(operation) {
    operation.marks.push(operation.id);
    operation.base ??= this.#latest(operation.task)?.revision;
    operation.tries += 1;
    operation.phase = 'sent';
  }

  /** The revision to be named in If-Match, or undefined. @param {Operation} operation */
  condition({ kind, guard, tries, base }) {
    return guard || (kind === 'change' && tries > 1) ? base : undefined;
  }

  /** The last operation on a task that was answered and that Sync does not show yet. */
  #unseen(id) {
    return this.operations.findLast(({ task, phase }) => task === id && phase === 'answered');
  }

  /** A task by its last answer, else by Sync. @returns {Task | null | undefined} */
  #latest(id) {
    const unseen = this.#unseen(id);
    return unseen ? unseen.answer : this.synced.tasks.get(id);
  }

  /** The server did it. It stays until Sync shows it. @param {Operation} operation @param {Task | null} task @param {number} now */
  answered(operation, task, now) {
    this.#done(operation, task);
    if (!this.operations.includes(operation)) return;
    const { task: id } = operation;
    const isShown = this.synced.tasks.get(id)?.revision === task?.revision && (task || !this.#unseen(id));
    Object.assign(operation, { phase: 'answered', answeredAt: now, answer: task });
    if (isShown) this.cancel(operation);
  }

  refused(operation, reason, current = null) {
    if (!this.operations.includes(operation)) return;
    this.#refuseUndo(operation, reason);
    this.cancel(operation);
    if (operation.kind === 'add') this.#dropFollowers(operation);
    this.report({ kind: 'dropped', operation, reason, current });
  }

  /** It is unknown whether it happened. @param {Operation} operation */
  unknown(operation, now) {
    operation.phase = 'unknown';
    operation.unknownAt ??= now;
    operation.retryAt = now + RETRY_MS[Math.min(operation.tries, RETRY_MS.length) - 1];
  }

  /** After a 412: sends it again, by a fresh id, if only fields changed that it does not guard. @param {Operation} operation @param {Task} current */
  rebase(operation, current, id) {
    if (!operation.guard || differs(operation, current) || !this.operations.includes(operation)) return false;
    Object.assign(operation, { id, phase: 'waiting', tries: 0, base: current.revision });
    return true;
  }

  /** The task as it is known, if someone else changed a field that the operation guards. @param {Operation} operation */
  conflict(operation) {
    const known = this.#latest(operation.task);
    return known && operation.tries === 0 && differs(operation, known) ? known : null;
  }

  /** After a 409: sends it again without the neighbour that is gone; id: as for rebase, or its own. @param {Operation} operation */
  withoutNeighbour(operation, neighbour, id) {
    if (operation.after !== neighbour && operation.before !== neighbour) return false;
    dropNeighbour(operation, neighbour);
    Object.assign(operation, { id, phase: 'waiting', tries: id === operation.id ? operation.tries : 0 });
    return true;
  }

  /** Sync shows a task, by an event or (isRead) in a page of a snapshot. @param {Task} task */
  put(task, isRead = false) {
    const known = this.synced.tasks.get(task.id);
    if (known?.key && task.key && known.key !== task.key) this.#gone(task.id); // the List is another by now: another task has its number
    if (isRead) this.synced.putRead(task);
    else this.synced.put(task);
    const shown = this.operations.findLast((one) => shows(task, one));
    if (!shown) return;
    this.#done(shown, task);
    const last = this.operations.indexOf(shown);
    this.operations = this.operations.filter((one, at) => at > last || one.task !== task.id || one.phase === 'held');
  }

  /** Sync says that a task is gone. */
  remove(id) {
    this.synced.remove(id);
    this.#gone(id);
  }

  #gone(id) {
    this.leases.delete(id);
    for (const operation of this.operations.filter((one) => one.task === id)) {
      if (operation.phase !== 'answered' && operation.kind !== 'remove') this.refused(operation, DELETED);
      else this.#done(operation, null);
      this.cancel(operation);
    }
  }

  beginSnapshot(now) {
    this.snapshotBegunAt = now;
    this.synced.beginSnapshot();
  }

  /** Ends a complete snapshot: what was answered before it began is in it. */
  endSnapshot() {
    this.synced.endSnapshot().forEach((id) => this.remove(id));
    this.operations = this.operations.filter((one) => one.phase !== 'answered' || one.answeredAt > this.snapshotBegunAt);
  }

  /** A line that is back is a reason to try again at once. */
  setLine(isUp, now) {
    if (isUp && this.lineUpSince === null) this.operations.forEach((one) => (one.retryAt = now));
    this.lineUpSince = isUp ? (this.lineUpSince ?? now) : null;
  }

  /** Lets go what is too old. Returns whether the view changed. */
  tick(now) {
    const [operations, leases] = [this.operations.length, this.leases.size];
    this.operations = this.operations.filter((one) => one.answeredAt >= this.askedAt || !this.#isOld(one, now, CONFIRMED_STAYS_MS));
    this.leases.forEach(({ until }, id) => until <= now && this.leases.delete(id));
    return operations !== this.operations.length || leases !== this.leases.size;
  }

  /** Whether Sync is late in showing an answered operation, and was asked nothing since. */
  isLate(now, afterMs) {
    return this.operations.some((one) => one.answeredAt >= this.askedAt && this.#isOld(one, now, afterMs));
  }

  /** Whether the server is late in answering an operation though the line is up. */
  isStuck(now, afterMs) {
    return this.operations.some((one) => isUnsent(one) && this.#isSince(one.unknownAt, now, afterMs));
  }

  #isOld({ phase, answeredAt }, now, ms) {
    return phase === 'answered' && this.#isSince(answeredAt, now, ms);
  }

  #isSince(then, now, ms) {
    return this.lineUpSince !== null && now - Math.max(then, this.lineUpSince) >= ms;
  }

  putLease(id, { by, activity, lease }, now) {
    this.leases.set(id, { by: String(by ?? '?'), activity, lease: String(lease), until: now + LEASE_SHOWN_MS });
  }

  /** The lease of someone else on a task, or null. @returns {Lease | null} */
  heldByOther(id) {
    const lease = this.leases.get(id);
    return !lease || this.ownLease === lease.lease ? null : lease;
  }

  #done(operation, task) {
    if (operation.isDone) return;
    operation.isDone = true;
    if (operation.kind === 'add' && task) this.#named(operation.task, task.id);
    this.report({ kind: 'done', operation, task });
  }

  /** An added task got its id. */
  #named(from, to) {
    this.named.set(from, to);
    this.operations.forEach((operation) => this.#follow(operation));
    this.report({ kind: 'named', from, to });
  }

  /** Names the tasks of an operation by the ids that they have got. */
  #follow(operation) {
    for (const name of ['task', 'after', 'before', 'restore']) operation[name] = this.named.get(operation[name]) ?? operation[name];
  }

  /** To bring back what was not deleted, or was never there, would make a copy; to undo a change that was not made, another's loss. */
  #refuseUndo(operation, reason) {
    const { kind, task, entry } = operation;
    const isUndo = (one) => (kind === 'change' ? one.isRevert && one.entry === entry : one.restore === task);
    const later = this.operations.slice(this.operations.indexOf(operation) + 1);
    later.filter(isUndo).forEach((undo) => this.refused(undo, reason));
  }

  /** What was done to a task that was never added goes with it; its last name is the one to give back. */
  #dropFollowers(added) {
    added.name = this.operations.findLast(({ task, name }) => task === added.task && name !== undefined)?.name ?? added.name;
    this.operations = this.operations.filter(({ task }) => task !== added.task);
    this.operations.forEach((one) => dropNeighbour(one, added.task));
  }
}

function dropNeighbour(operation, id) {
  for (const side of ['after', 'before']) if (operation[side] === id) delete operation[side];
}
