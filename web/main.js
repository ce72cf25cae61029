// @ts-check
/** Joins the parts of the page. */

import { Api, Outbox } from './api.js';
import { bindClicks, choose } from './clicks.js';
import { accountOf, askMenu, askName, askPasscode, byId, keepInSight, plain, reveal, shorten, showHelp, takeAway, toast } from './dialog.js';
import { Drag } from './drag.js';
import { Editor } from './editor.js';
import { Forms, showLine, showStuck } from './forms.js';
import { History } from './history.js';
import { bindKeys, Carry } from './keys.js';
import { Leases } from './leases.js';
import { settings, startLine } from './line.js';
import { Renderer } from './render.js';
import { DELETED, State } from './state.js';
import { now, uuid4 } from './machine.js';
import { readTask } from './tasks.js';
import { filtered, find, stands, step } from './view.js';

const fail = (text, again = {}) => toast(text, { isError: true, ...again });
const board = byId('board');
const columns = [...board.querySelectorAll('ol')].map((list) => list.dataset.list);
const state = new State(columns, heard);
const api = new Api(columns, askPasscode);
const leases = new Leases(state, api, settings.renewLeaseMs);
const outbox = new Outbox(state, api, draw);
const renderer = new Renderer(board, byId('card'));
const history = new History(state, act, (words) => (takeAway('.offer'), fail(words), draw()));
const editor = new Editor(renderer, byId('editor'), {
  nameOf: (id) => found(id)?.card.task.name ?? '', save: rename, closed: draw, begun: leaseForEdit, ended: (id) => leases.drop(id),
});
const forms = new Forms((list, name) => {
  act({ kind: 'add', task: `new-${uuid4()}`, list, name, at: 'bottom' });
  keepInSight(renderer.element(state.operations.at(-1).task));
}, draw);
let [isLoading, frame] = [true, 0];

const found = (id) => find(state.view(), id);
/** The columns as shown: what the filter hides is left out. */
const shown = () => filtered(state.view(), forms.filter.value);
/** Shows all cards if the filter hides the one that something is to be done to. */
const unhide = (id) => renderer.element(id) || (forms.unfilter(), draw(false, false));

function draw(isMoving = !isLoading, isPart = true) {
  const all = state.view();
  const view = filtered(all, forms.filter.value);
  if (renderer.draw(view, isMoving, isPart)) drawSoon();
  forms.count(all, view, isLoading);
  editor.show((id) => find(all, id) !== null);
  const { operation } = carry;
  if (operation && !(state.operations.includes(operation) && find(view, operation.task))) carry.drop(true);
  for (const which of ['undo', 'redo']) byId(which).ariaDisabled = `${!history.stacks[which].length}`;
}

/** One redraw per frame, however many events come. */
function drawSoon() {
  frame ||= requestAnimationFrame(() => (frame = 0, draw()));
}

/** Does something: shows it at once, remembers it, tells it, sends it. @param {Wanted} wanted */
function act(wanted) {
  const [from, was] = [history.moment(wanted.task), found(wanted.task)];
  const operation = state.add({ id: uuid4(), ...wanted });
  history.record(operation, from);
  editor.renamed(operation.task, from?.name, operation.name);
  const { long, short } = accountOf(operation, was, found(operation.task));
  draw();
  const back = operation.isRevert && renderer.element(operation.task);
  if (back && operation.kind === 'add' && !document.activeElement?.matches('.tools *')) back.focus();
  if (back) reveal(back);
  takeAway('.toast:not(.lasting, .late)');
  const butHidden = operation.kind !== 'remove' && !find(shown(), operation.task) ? ', but hidden by the filter' : '';
  byId('live').textContent = plain(long + butHidden);
  const words = butHidden ? long + butHidden : short;
  if (words) toast(words, { isSaid: true, ...(!operation.isRevert && { label: 'Undo', act: () => history.revert('undo') }) });
  outbox.pump();
}

/** @returns {boolean} whether the editor may close */
function rename(id, typed, base) {
  const name = forms.checked(typed);
  if (name === null) return false;
  const { list = columns[0] } = renderer.element(id)?.closest('ol').dataset ?? {};
  if (!found(id)) act({ kind: 'add', task: `new-${uuid4()}`, restore: id, name, list, at: 'bottom' });
  else if (name !== base) act({ kind: 'change', task: id, name, guard: () => ({ name: base }), lease: leases.share(id) });
  return true;
}

const remove = (id) => isFree(id) && act({ kind: 'remove', task: id });

/** Whether nobody else holds a task; says so if someone does. */
function isFree(id) {
  const lease = state.heldByOther(id);
  if (lease) fail(`${lease.by} is ${lease.activity} it. Try again when they are done.`);
  return !lease;
}

async function menu(id) {
  const was = find(shown(), id);
  if (!was || !isFree(id)) return;
  const answer = await askMenu(was, columns);
  const task = state.named.get(id) ?? id;
  if (answer && found(task)) unhide(task);
  (renderer.element(task) ?? renderer.lists.get(was.column.id)).focus();
  if (!found(task)) return answer && fail(DELETED);
  if (answer === 'edit') return editor.edit(task);
  if (answer === 'delete') return remove(task);
  const place = Array.isArray(answer) ? step(shown(), task, answer) : answer;
  const seen = place?.at ? state.view() : shown(); // the ends of a column are ends of all of it
  if (place && !stands(seen, task, place)) act({ kind: 'change', task, ...place });
  else if (answer) toast('It stands there already.');
  if (renderer.element(task)?.matches(':focus-visible')) reveal(renderer.element(task)); // or keys would do something out of sight
}

/** What became of an operation. @param {Outcome} outcome */
function heard(outcome) {
  history.heard(outcome);
  if (outcome.kind === 'named') return (renderer.rename(outcome.from, outcome.to), editor.named(outcome.to));
  const { operation } = outcome;
  if (operation.lease) leases.drop(operation.task, operation.lease);
  operation.lease = undefined;
  if (outcome.kind === 'dropped') refused(operation, outcome.reason, outcome.current);
}

/** Says why, and gives back what was typed. @param {Operation} operation @param {Task} current */
function refused(operation, reason, current) {
  const { kind, task, name, isRevert, home, list = home } = operation;
  takeAway('.offer'); // an Undo is good for the newest step alone, and that may have been this one
  drawSoon();
  const words = `${accountOf(operation, name === undefined ? found(task) : null).refused} ${reason}`;
  if (isRevert || name === undefined) return fail(words, { isLate: true });
  if (current) return chooseName(task, name, current);
  const isBack = kind === 'add' && forms.putIfFree(list, name);
  const again = () => (kind === 'add' ? forms.goOn(list, name) : editAgain(task, list, name));
  fail(words, isBack ? { isLate: true } : { label: 'Use the text again', act: again });
}

/** Two people changed one name. */
async function chooseName(task, mine, { name: theirs, list }) {
  if (mine === theirs) return;
  const answer = await askName(mine, theirs);
  const again = () => editAgain(task, list, mine, theirs);
  if (answer === 'mine') rename(task, mine, theirs);
  else if (answer === null && (editor.open || again() === false)) fail(`'${shorten(mine)}' is not saved.`, { label: 'Edit again', act: again });
}

/** Goes on with a text, in its card if that is still there, else below its column. @returns {boolean | void} false: not now, as something is typed elsewhere */
function editAgain(id, list, typed, base) {
  if (!found(id)) return forms.goOn(list, typed);
  unhide(id);
  return editor.edit(id, typed, base);
}

function leaseForEdit(id) {
  leases.take(id, 'editing', (reason) => {
    if (editor.open?.id !== id) return; // what was saved is refused by itself
    editor.open.isLeased = false;
    fail(`${reason} What you type stays here.`);
  });
}

/** What Sync says. @returns {LineListener} */
function listener() {
  const put = (item, isRead = false) => state.put(readTask(item, columns), isRead);
  const drawn = (take) => (...told) => (take(...told), drawSoon());
  return {
    line: drawn((is) => {
      state.setLine(is.state === 'live', now());
      showLine(is);
    }),
    granted: ({ identity }) => {
      outbox.identity = byId('who').textContent = identity;
      outbox.pump();
    },
    begin: () => state.beginSnapshot(now()),
    read: drawn((items) => items.forEach((item) => put(item, true))),
    end: loaded,
    put: drawn((item) => put(item)),
    gone: drawn((index) => state.remove(String(index))),
    lease: drawn((key, data) => state.putLease(key, data, now())),
    leaseGone: drawn((key) => state.leases.delete(key)),
    alive: (askedAt) => (state.askedAt = askedAt),
  };
}

/** Shows what the server has, as the SDK takes a while to start and to read; from then on Sync alone counts. */
async function showEarly() {
  const tasks = await api.staleTasks().catch(() => []);
  if (isLoading) tasks.forEach((task) => state.synced.putEarly(task));
  drawSoon();
}

function loaded() {
  state.endSnapshot();
  isLoading = false;
  draw(false);
  const draft = editor.resume();
  const again = () => editAgain(draft.id, draft.list, draft.typed, draft.base);
  if (draft) fail(found(draft.id) ? `'${shorten(draft.typed)}' is not saved.` : 'The task you were editing is gone.', { label: 'Use the text again', act: again });
}

const drag = new Drag({
  pressed: (id) => renderer.hold(id),
  letGo: (id) => (renderer.letGo(id), draw()),
  canStart: (id) => !state.heldByOther(id),
  refused: isFree,
  started: (id) => leases.take(id, 'dragging', (reason) => {
    if (drag.card?.dataset.id !== id) return; // what was dropped is refused by itself
    drag.cancel();
    fail(`Put back. ${reason}`);
  }),
  dropped: (id, place) => {
    renderer.letGo(id);
    const isThere = found(id) !== null;
    if (!isThere) fail(DELETED);
    if (place && isThere && !stands(shown(), id, place)) act({ kind: 'change', task: id, ...place, lease: leases.held.get(id) });
    else leases.drop(id);
    draw();
    if (document.activeElement === document.body) renderer.element(id)?.focus({ preventScroll: true }); // it lost it on its way
  },
}, settings.holdMs);

const carry = new Carry(state, leases, { view: shown, draw, act, fail, say: (words) => (byId('live').textContent = words) });
const hands = {
  view: shown, menu, remove, carry, help: () => showHelp(outbox.identity),
  undo: () => (carry.operation ? carry.drop(true) : history.revert('undo')), redo: () => history.revert('redo'), unfilter: () => forms.unfilter(),
  edit: (id) => isFree(id) && editor.edit(id), focus: (id) => choose(renderer.element(id)), lift: (id) => isFree(id) && carry.lift(id),
};
bindKeys(hands);

addEventListener('blur', () => carry.drop(true));
bindClicks(board, hands);
for (const name of ['undo', 'redo', 'help']) byId(name).addEventListener('click', hands[name]);
addEventListener('pagehide', () => leases.dropAll());
addEventListener('beforeunload', (event) => {
  const isUnsent = state.operations.some(({ phase }) => phase !== 'answered');
  if (editor.isDirty() || forms.isDirty() || isUnsent || document.querySelector('.lasting')) event.preventDefault();
});
const line = startLine(api, listener());
showEarly();
setInterval(() => {
  if (state.tick(now())) drawSoon();
  if (state.isLate(now(), settings.lateMs)) line.check(now());
  showStuck(state.isStuck(now(), settings.lateMs));
  outbox.pump();
}, settings.tickMs);
