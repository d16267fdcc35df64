import RE2 from 're2';
import { kinds, type Matcher, type Rule } from '../model/verification.ts';
import type { Answer } from './answer.ts';
import { valuesAt } from './json-path.ts';

/** The first rule that an answer meets in all that it asks for. */
export function matchingRule(rules: readonly Rule[], answer: Answer): Rule | undefined {
  return rules.find((rule) => meets(rule, answer));
}

function meets(rule: Rule, answer: Answer): boolean {
  if (!rule.status.includes(answer.status)) return false;
  // A status alone is also what a login page, a proxy or a firewall answers with.
  if (rule.type === undefined && !asksForContent(rule) && answer.kind() === 'html') return false;
  if (rule.type !== undefined && answer.kind() !== rule.type) return false;
  if (!Object.entries(rule.headers).every(([name, matcher]) => holds(matcher, headerValues(answer, name)))) return false;
  const json = Object.entries(rule.json);
  if (json.length > 0 && answer.json() === undefined) return false;
  if (!json.every(([path, matcher]) => holds(matcher, valuesAt(answer.json(), path)))) return false;
  return rule.text.length === 0 || rule.text.some((wanted) => standsIn(wanted, answer.text()));
}

/** Whether a rule asks for more than a status. */
export function asksForContent(rule: Rule): boolean {
  return Object.keys(rule.headers).length > 0 || Object.keys(rule.json).length > 0 || rule.text.length > 0;
}

function headerValues(answer: Answer, name: string): readonly unknown[] {
  return Object.hasOwn(answer.headers, name) ? [answer.headers[name]] : [];
}

function holds(matcher: Matcher, values: readonly unknown[]): boolean {
  if (matcher === 'absent') return values.length === 0 || values.every((value) => value === null || value === undefined);
  return values.some((value) => isMet(matcher, value));
}

function isMet(matcher: Matcher, value: unknown): boolean {
  if (isList(matcher)) return matcher.some((one) => isMet(one, value));
  if (typeof matcher !== 'string') return value === matcher;
  switch (matcher as (typeof kinds)[number]) {
    case 'string':
      return typeof value === 'string' && value !== '';
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value) && value.length > 0;
    case 'present':
      return value !== null && value !== undefined;
    default:
      if (matcher.startsWith('re:')) return typeof value === 'string' && expression(matcher.slice(3)).test(value);
      return typeof value === 'string' && value === matcher;
  }
}

function isList(matcher: Matcher): matcher is Extract<Matcher, readonly unknown[]> {
  return Array.isArray(matcher);
}

function standsIn(wanted: string, text: string): boolean {
  return wanted.startsWith('re:') ? expression(wanted.slice(3)).test(text) : text.includes(wanted);
}

const expressions = new Map<string, RE2>();

/** Answers are hostile text: RE2 is linear in it. */
function expression(source: string): RE2 {
  let compiled = expressions.get(source);
  if (!compiled) {
    compiled = new RE2(source, 'u');
    expressions.set(source, compiled);
  }
  return compiled;
}

/** What a rule asks for, in words: `401, error is "invalid_key"`. */
export function describeRule(rule: Rule, status: number): string {
  const told = [
    ...Object.entries(rule.json).map(([path, matcher]) => `${path} ${describeMatcher(matcher)}`),
    ...Object.entries(rule.headers).map(([name, matcher]) => `${name} ${describeMatcher(matcher)}`),
    ...(rule.text.length > 0 ? [`the text ${rule.text.map((text) => JSON.stringify(text)).join(' or ')}`] : []),
  ];
  return [String(status), ...told].join(', ');
}

function describeMatcher(matcher: Matcher): string {
  if (isList(matcher)) return `one of ${matcher.map((one) => JSON.stringify(one)).join(', ')}`;
  if (typeof matcher === 'string' && matcher.startsWith('re:')) return `like ${matcher.slice(3)}`;
  if (matcher === 'absent') return 'is absent';
  if (kinds.some((kind) => kind === matcher)) return 'is there';
  return `is ${JSON.stringify(matcher)}`;
}
