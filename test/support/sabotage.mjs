/**
 * Puts bugs into a program that is started with `--import` of this file. `BIRDKEEPER_SABOTAGE` names a folder; a file in it
 * that is named after a place makes that place throw what no outage throws.
 *
 * - `pass`: the next generation that is written.
 * - `listener`: the next change of the log level that is decoded.
 * - `timer`: a timer.
 */
import fs, { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const folder = process.env.BIRDKEEPER_SABOTAGE;

function sabotage(place) {
  if (existsSync(join(folder, place))) {
    throw new TypeError(`sabotaged ${place}`);
  }
}

const { mkdirSync } = fs;
fs.mkdirSync = (...args) => {
  sabotage('pass');
  return mkdirSync(...args);
};
syncBuiltinESMExports();

const { set } = Map.prototype;
Map.prototype.set = function setOrThrow(key, value) {
  if (key === '/calico/bgp/v1/global/loglevel') {
    sabotage('listener');
  }
  return set.call(this, key, value);
};

setInterval(() => sabotage('timer'), 20).unref();
