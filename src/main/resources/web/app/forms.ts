/** Forms of the account, and what all forms have in common. */

import {html, nothing, type TemplateResult} from 'lit';
import * as account from './account.js';
import * as session from './session.js';
import {state, type Outcome, type Screen} from './state.js';

interface FieldOptions {
  type?: string;
  autocomplete?: AutoFill;
  value?: string;
  hint?: string;
  /** What the service calls it. */
  name: string;
  /** Where another form of the page has a field of the same name. */
  form?: string;
}

/** A field with its label, and with what the service says of it. */
export function field(label: string, outcome: Outcome, options: FieldOptions): TemplateResult {
  const {name, type = 'text', autocomplete = 'off', value = '', hint, form = ''} = options;
  const id = form + name;
  const errors = (outcome.errors ?? []).filter((error) => error.field === name);
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        name=${name}
        type=${type}
        autocomplete=${autocomplete}
        value=${value}
        autocapitalize="off"
        aria-invalid=${errors.length > 0}
        aria-describedby="${id}-hint ${id}-errors"
      />
      <p class="hint" id="${id}-hint" ?hidden=${!hint}>${hint}</p>
      <p class="wrong" id="${id}-errors" ?hidden=${!errors.length}>
        ${errors.map((error) => html`${sentence(error.message)} `)}
      </p>
    </div>
  `;
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');

/** What concerns no field that is shown. */
export function general(outcome: Outcome, shown: string[]): TemplateResult {
  const others = (outcome.errors ?? []).filter((error) => !shown.includes(error.field));
  const text = [outcome.message, ...others.map((error) => `${error.field} ${error.message}.`)].filter(Boolean).join(' ');
  return html`<div role="alert">${text ? html`<p class="message wrong">${text}</p>` : nothing}</div>`;
}

type Values = Record<string, string>;

export function onSubmit(work: (values: Values) => void) {
  return (event: SubmitEvent) => {
    event.preventDefault();
    work(Object.fromEntries(new FormData(event.target as HTMLFormElement)) as Values);
  };
}

const button = (text: string, outcome: Outcome) =>
  html`<button class="primary" aria-disabled=${outcome.busy ? 'true' : 'false'}>${text}</button>`;

const codeField = (outcome: Outcome, form = '') =>
  outcome.asksForCode
    ? field('Code', outcome, {
        name: 'code',
        form,
        autocomplete: 'one-time-code',
        hint: 'From your generator of one-time passwords, or a recovery code.',
      })
    : nothing;

const elsewhere = (text: string, screen: Screen) =>
  html`<button type="button" class="link" @click=${() => account.go(screen)}>${text}</button>`;

/** What is shown to who is not signed in. */
export function welcome(): TemplateResult {
  const screens: Record<Exclude<Screen, 'tasks'>, () => TemplateResult> = {
    'sign-in': signIn,
    'sign-up': signUp,
    forgotten,
    reset,
  };
  return html`
    <main class="welcome">
      <div class="brand"><img src="/favicon.svg" alt="" width="40" height="40" /> Todo</div>
      <section class="card">${screens[state.screen as keyof typeof screens]()}</section>
    </main>
  `;
}

function signIn(): TemplateResult {
  const {form} = state;
  return html`
    <h1>Sign in</h1>
    ${form.done ? html`<p class="message" role="status">${form.done}</p>` : nothing}
    <form novalidate @submit=${onSubmit(({email, password, code}) => account.signIn(email, password, code))}>
      ${field('E-mail address', form, {name: 'email', type: 'email', autocomplete: 'username'})}
      ${field('Password', form, {name: 'password', type: 'password', autocomplete: 'current-password'})}
      ${codeField(form)} ${general(form, ['email', 'password', 'code'])} ${button('Sign in', form)}
    </form>
    <p class="links">${elsewhere('Create an account', 'sign-up')} ${elsewhere('Forgotten your password?', 'forgotten')}</p>
  `;
}

function signUp(): TemplateResult {
  const {form} = state;
  return html`
    <h1>Create your account</h1>
    <form novalidate @submit=${onSubmit(({email, password}) => account.signUp(email, password))}>
      ${field('E-mail address', form, {name: 'email', type: 'email', autocomplete: 'username'})}
      ${field('Password', form, {
        name: 'password',
        type: 'password',
        autocomplete: 'new-password',
        hint: 'At least 8 characters. A few words make a good one.',
      })}
      ${general(form, ['email', 'password'])} ${button('Create account', form)}
    </form>
    <p class="links">${elsewhere('I have an account', 'sign-in')}</p>
  `;
}

function forgotten(): TemplateResult {
  const {form} = state;
  return html`
    <h1>Forgotten your password?</h1>
    <p>We send you a link with which you choose a new one.</p>
    <form novalidate @submit=${onSubmit(({email}) => account.askForMail(email))}>
      ${field('E-mail address', form, {name: 'email', type: 'email', autocomplete: 'username'})}
      ${general(form, ['email'])} ${button('Send me a mail', form)}
    </form>
    <p class="links">${elsewhere('Sign in', 'sign-in')}</p>
  `;
}

function reset(): TemplateResult {
  const {form} = state;
  return html`
    <h1>Choose a new password</h1>
    <form novalidate @submit=${onSubmit((values) => account.resetPassword(values.new_password))}>
      ${field('New password', form, {
        name: 'new_password',
        type: 'password',
        autocomplete: 'new-password',
        hint: 'At least 8 characters. A few words make a good one.',
      })}
      ${general(form, ['new_password'])} ${button('Set password', form)}
    </form>
    <p class="links">${elsewhere('Sign in', 'sign-in')}</p>
  `;
}

/** Over the list, which keeps what was typed. */
export function signInAgain(): TemplateResult {
  const {form} = state;
  const email = session.email();
  return html`
    <h2 id="ended">Your session has ended</h2>
    <p>Sign in again${email ? html` as <strong>${email}</strong>` : nothing}, and go on where you were.</p>
    <form novalidate @submit=${onSubmit((values) => account.signIn(values.email, values.password, values.code))}>
      ${email
        ? html`<input type="hidden" name="email" autocomplete="username" .value=${email} />`
        : field('E-mail address', form, {name: 'email', type: 'email', autocomplete: 'username'})}
      ${field('Password', form, {name: 'password', type: 'password', autocomplete: 'current-password'})}
      ${codeField(form)} ${general(form, [...(email ? [] : ['email']), 'password', 'code'])} ${button('Sign in', form)}
    </form>
    <p class="links">
      <button type="button" class="link" @click=${() => void account.signOut()}>Use another account</button>
    </p>
  `;
}

export function passwordForm(): TemplateResult {
  const {form} = state;
  return html`
    <details>
      <summary>Change the password</summary>
      <form
        novalidate
        @submit=${onSubmit((values) => account.changePassword(values.current_password, values.new_password, values.code))}
      >
        ${field('Current password', form, {name: 'current_password', type: 'password', autocomplete: 'current-password'})}
        ${field('New password', form, {name: 'new_password', type: 'password', autocomplete: 'new-password'})}
        ${codeField(form)} ${general(form, ['current_password', 'new_password', 'code'])}
        ${button('Change password', form)}
      </form>
    </details>
  `;
}

export function deletionForm(): TemplateResult {
  const {form} = state;
  return html`
    <details>
      <summary>Delete the account</summary>
      <p>All your tasks are deleted with it, for good.</p>
      <form novalidate @submit=${onSubmit(({password, code}) => account.deleteAccount(password, code))}>
        ${field('Password', form, {
          name: 'password',
          form: 'deletion-',
          type: 'password',
          autocomplete: 'current-password',
        })}
        ${codeField(form, 'deletion-')} ${general(form, ['password', 'code'])} ${button('Delete account', form)}
      </form>
    </details>
  `;
}
