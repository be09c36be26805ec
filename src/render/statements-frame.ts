/**
 * What raw statements of an operator are checked in: a configuration that has nothing but them, as the body of a function.
 * Every line of BIRD takes it.
 */
export const STATEMENTS_FRAME = {
  before: 'router id 192.0.2.1;\nprotocol device { }\nfunction custom_filters()\n{',
  after: '}',
} as const;
