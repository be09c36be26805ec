/** How much BIRD logs about protocols: nothing, state changes, or everything. */
export type LogLevel = 'none' | 'info' | 'debug';
