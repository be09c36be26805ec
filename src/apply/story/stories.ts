/**
 * Keeps the story of each generation in a file beside its files. A story is worth less than what it is about: one that can't
 * be written or read is told, and holds nothing up.
 */

import { join } from 'node:path';

import type { Logger } from '../../base/logger.js';
import type { Attempt } from '../attempt.js';
import { readTextIfThere, replaceFile } from '../disk/small-file.js';
import type { Layout } from '../layout.js';
import { type BirdAnswer, parseStory, type Story, storyText } from './story.js';

/** Name of the file inside of a generation's folder. */
const STORY_NAME = 'story.json';

/** A story as it was found: `absent` of a generation of an older birdkeeper, or of a full disk. */
export type FoundStory = Story | 'absent' | 'unreadable';

/** The story in a generation's folder. */
export function readStory(folder: string): FoundStory {
  try {
    const text = readTextIfThere(join(folder, STORY_NAME));
    return text === undefined ? 'absent' : (parseStory(text) ?? 'unreadable');
  } catch {
    return 'unreadable';
  }
}

/** See the head of this file. */
export class Stories {
  readonly #layout: Layout;
  readonly #logger: Logger;
  /** What is told now, and whether all of it is written. */
  #current: { readonly sequence: number; story: () => Story; isWritten: boolean } | undefined;
  #failed: string | undefined;

  constructor(layout: Layout, logger: Logger) {
    this.#layout = layout;
    this.#logger = logger;
  }

  /** A generation is made by `attempt`. Its cause isn't looked at before the story is written. */
  begin(sequence: number, attempt: Pick<Attempt, 'cause' | 'timings'>): void {
    const story = (): Story => {
      const { cause, timings } = attempt;
      return { version: 1, sequence, ...(cause && { cause: cause() }), timings, answers: [] };
    };
    this.#current = { sequence, story, isWritten: false };
  }

  /** A BIRD said something of a generation. */
  add(sequence: number, answers: readonly BirdAnswer[]): void {
    if (answers.length === 0) {
      return;
    }
    if (this.#current?.sequence !== sequence) {
      this.#current = { sequence, story: () => this.#read(sequence), isWritten: true };
    }
    const told = this.#current.story;
    this.#current.isWritten = false;
    this.#current.story = () => {
      const story = told();
      return { ...story, answers: [...story.answers, ...answers] };
    };
  }

  /** Brings what is told to its file. */
  write(): void {
    const current = this.#current;
    if (current === undefined || current.isWritten) {
      return;
    }
    const folder = this.#layout.generationDir(current.sequence);
    const story = current.story();
    current.story = () => story;
    // Also when it fails: what is told next is told with it.
    current.isWritten = true;
    try {
      replaceFile(join(folder, STORY_NAME), storyText(story));
      this.#failed = undefined;
    } catch (error) {
      const text = String(error);
      if (text !== this.#failed) {
        this.#logger.warn(
          { folder, err: error },
          'the story of this generation cannot be kept; birdkeeper history lacks it',
        );
      }
      this.#failed = text;
    }
  }

  #read(sequence: number): Story {
    const found = readStory(this.#layout.generationDir(sequence));
    return typeof found === 'object' ? found : { version: 1, sequence, timings: {}, answers: [] };
  }
}
