/** Signing up, in and out, and what else there is to an account. */

import * as api from './api.js';
import {Refusal, type FieldError} from './api.js';
import * as session from './session.js';
import {changed, say, state, type Outcome, type Screen} from './state.js';
import {asUser, finishDeletion, forgetAll, load} from './tasks.js';
import {parse} from './view.js';

export function go(screen: Screen, outcome: Outcome = {}): void {
  state.screen = screen;
  state.form = outcome;
  void changed().then(() => document.querySelector<HTMLElement>('main input')?.focus());
}

/** Sends what a form has, once; what is wrong is shown where it is wrong. */
async function submit(work: () => Promise<void>): Promise<void> {
  if (state.form.busy) {
    return;
  }
  state.form = {...state.form, busy: true};
  void changed();
  try {
    await work();
    state.form = {...state.form, busy: false};
  } catch (e) {
    const refusal = e instanceof Refusal ? e : null;
    const isCode = ({field}: FieldError) => field === 'code';
    const asksForCode = state.form.asksForCode || refusal?.asksForCode || refusal?.errors.some(isCode);
    state.form = {
      asksForCode,
      errors: refusal?.errors ?? [],
      message: refusal?.errors.length ? '' : (e as Error).message,
    };
    await changed();
    const form = document.querySelector('dialog[open] form, main form');
    form?.querySelector<HTMLElement>('[aria-invalid=true], [name=code]')?.focus();
    return;
  }
  void changed();
}

export const signIn = (email: string, password: string, code: string) =>
  submit(async () => {
    await session.begin(email, password, code);
    await enter();
  });

export const signUp = (email: string, password: string) =>
  submit(async () => {
    await api.signUp(email, password).catch((e) => {
      const isTaken = e instanceof Refusal && e.status === 409;
      throw isTaken ? new Refusal(e.status, e.type, e.message, [{field: 'email', message: e.message}]) : e;
    });
    await session.begin(email, password);
    await enter();
  });

async function enter(): Promise<void> {
  // Gives the focus back to where it was; without a dialog, what is typed first is a new task.
  const dialog = document.querySelector('dialog');
  dialog?.close();
  state.form = {};
  state.sessionEnded = false;
  state.screen = 'tasks';
  const isThere = changed();
  if (!dialog) {
    void isThere.then(() => document.querySelector<HTMLElement>('.new input')?.focus());
  }
  await load();
}

export const askForMail = (email: string) =>
  submit(async () => {
    await api.forgottenPassword(email);
    go('sign-in', {done: `If there is an account for ${email}, a mail with a link is on its way.`});
  });

export const resetPassword = (password: string) =>
  submit(async () => {
    await api.resetPassword(state.mailedToken, password);
    session.forget();
    go('sign-in', {done: 'Your new password is set. Sign in with it.'});
  });

export async function signOut(): Promise<void> {
  await finishDeletion();
  const token = session.current()?.token;
  session.forget();
  leave();
  if (token) {
    // The tab has forgotten it in any case.
    await api.logOut(token).catch(() => {});
  }
}

/** Nothing of the user stays in the page. */
export function leave(): void {
  forgetAll();
  say('');
  Object.assign(state, {account: null, sessionEnded: false});
  state.view = parse('');
  history.replaceState(null, '', '/');
  go('sign-in');
}

// Account

export async function openAccount(): Promise<void> {
  state.account = {sessions: null, message: ''};
  state.form = {};
  void changed();
  await inAccount(async () => {
    const {items} = await asUser(api.sessions);
    if (state.account) {
      state.account.sessions = items;
    }
  });
}

export function closeAccount(): void {
  state.account = null;
  state.form = {};
  void changed().then(() => document.querySelector<HTMLElement>('#account')?.focus());
}

async function inAccount(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (e) {
    if (state.account) {
      state.account.message = (e as Error).message;
    }
    if (state.sessionEnded) {
      state.account = null;
    }
  }
  void changed();
}

export const endSession = (id: string) =>
  inAccount(async () => {
    await asUser((token) => api.endSession(token, id));
    state.account!.sessions = state.account!.sessions!.filter((one) => one.id !== id);
  });

export const endOtherSessions = () =>
  inAccount(async () => {
    await asUser(api.endOtherSessions);
    state.account!.sessions = state.account!.sessions!.filter((one) => one.current);
  });

export const download = () =>
  inAccount(async () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await asUser(api.exported));
    link.download = 'todo.json';
    link.click();
    URL.revokeObjectURL(link.href);
  });

export const changePassword = (current: string, password: string, code: string) =>
  submit(async () => {
    await asUser((token) => api.changePassword(token, current, password, code));
    closeAccount();
    say('Your password is changed, and all other sessions have ended.');
  });

export const deleteAccount = (password: string, code: string) =>
  submit(async () => {
    await asUser((token) => api.deleteAccount(token, password, code));
    session.forget();
    leave();
    state.form = {done: 'Your account is deleted, with all that was in it.'};
  });
