/** The page: who is not signed in is asked to, who is sees their tasks. */

import {html, nothing, render, type TemplateResult} from 'lit';
import {ref} from 'lit/directives/ref.js';
import * as account from './account.js';
import {verifyEmail} from './api.js';
import {momentText} from './dates.js';
import {deletionForm, passwordForm, signInAgain, welcome} from './forms.js';
import {list} from './list.js';
import * as session from './session.js';
import {changed, onChange, say, state} from './state.js';
import * as tasks from './tasks.js';
import {parse} from './view.js';

const root = document.getElementById('page')!;

const page = () => html`
  ${state.unreachable
    ? html`<div class="banner" role="alert">
        <span>The service cannot be reached. What you type stays here.</span>
        <button @click=${() => void tasks.load(true)}>Try again</button>
      </div>`
    : nothing}
  ${state.screen === 'tasks' ? html`<div class="app">${list()}</div>` : welcome()} ${notice()}
  ${state.sessionEnded ? dialog('ended', signInAgain(), (event) => event.preventDefault()) : nothing}
  ${state.account && !state.sessionEnded ? dialog('account-title', accountContent(), account.closeAccount) : nothing}
`;

function notice(): TemplateResult {
  const {text, undo} = state.notice;
  const hold = (held: boolean) => () => tasks.holdDeletion(held);
  return html`
    <div
      class="notice ${text ? 'shown' : ''}"
      @focusin=${hold(true)}
      @focusout=${hold(false)}
      @mouseenter=${hold(true)}
      @mouseleave=${hold(false)}
    >
      <span role="status">${text}</span>
      ${undo ? html`<button @click=${undo}>Undo</button>` : nothing}
      ${text
        ? html`<button class="icon" aria-label="Dismiss" @click=${dismiss}><span aria-hidden="true">×</span></button>`
        : nothing}
    </div>
  `;
}

function dismiss(): void {
  void tasks.finishDeletion();
  say('');
}

/** A modal dialog of the browser's own, which keeps the focus and gives it back. */
function dialog(title: string, content: TemplateResult, cancel: (event: Event) => void): TemplateResult {
  const open = (element?: Element) => {
    const it = element as HTMLDialogElement | undefined;
    // It is in the document when all is rendered.
    queueMicrotask(() => it?.isConnected && !it.open && it.showModal());
  };
  return html`<dialog aria-labelledby=${title} @cancel=${cancel} ${ref(open)}>${content}</dialog>`;
}

function accountContent(): TemplateResult {
  const {sessions, message} = state.account!;
  return html`
    <h2 id="account-title">Account</h2>
    <p>Signed in as <strong>${session.email()}</strong></p>
    <p class="buttons">
      <button class="primary" @click=${() => void account.signOut()}>Sign out</button>
      <button @click=${() => void account.download()}>Download my data</button>
    </p>
    <h3 id="sessions">Sessions</h3>
    <div role="alert">${message ? html`<p class="message wrong">${message}</p>` : nothing}</div>
    <ul class="sessions" aria-labelledby="sessions" aria-busy=${!sessions}>
      ${sessions?.map(
        (one) => html`<li>
          <div>
            <strong>${one.current ? 'This session' : browserOf(one.user_agent)}</strong>
            <p class="hint">${one.address}, since ${momentText(one.created_at)}, last used ${momentText(one.last_used_at)}</p>
          </div>
          ${one.current ? nothing : html`<button @click=${() => void account.endSession(one.id)}>End session</button>`}
        </li>`,
      )}
    </ul>
    ${(sessions?.length ?? 0) > 2
      ? html`<p><button @click=${() => void account.endOtherSessions()}>End all others</button></p>`
      : nothing}
    ${passwordForm()} ${deletionForm()}
    <p class="buttons"><button @click=${account.closeAccount}>Close</button></p>
  `;
}

/** Enough to tell one's own browsers apart. */
function browserOf(userAgent: string | null): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari|curl)\//.exec(userAgent ?? '')?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent ?? '')?.[1];
  return [browser?.replace('Edg', 'Edge').replace('OPR', 'Opera') ?? userAgent ?? 'Unknown', system].filter(Boolean).join(', ');
}

/** What the links of mails lead to; their tokens do not stay in the address. */
async function followMail(): Promise<boolean> {
  const {pathname, hash} = location;
  if (pathname === '/') {
    return false;
  }
  history.replaceState(null, '', '/');
  const token = hash.slice(1);
  if (pathname === '/reset-password') {
    state.mailedToken = token;
    account.go('reset');
    return true;
  }
  const done = await verifyEmail(token).then(
    () => 'Your e-mail address is verified.',
    () => 'This link is not valid, or no longer.',
  );
  if (session.current()) {
    say(done);
    return false;
  }
  account.go('sign-in', {done});
  return true;
}

async function start(): Promise<void> {
  onChange(() => render(page(), root));
  session.onChange(() => {
    const isSignedIn = session.current() !== null;
    if (!isSignedIn && state.screen === 'tasks') {
      account.leave();
    } else if (isSignedIn && state.screen === 'sign-in') {
      location.reload();
    }
  });
  addEventListener('popstate', () => {
    state.view = parse(location.search);
    state.editing = null;
    if (state.screen === 'tasks') {
      void tasks.load();
    }
  });
  tasks.watch();
  root.replaceChildren();
  if (await followMail()) {
    return;
  }
  if (!session.current()) {
    account.go('sign-in');
    return;
  }
  state.screen = 'tasks';
  state.loading = 'list';
  void changed();
  await tasks.finishDeletionOfBefore();
  await tasks.load();
  await tasks.asUser(() => session.refreshIfOld()).catch(() => {});
}

void start();
