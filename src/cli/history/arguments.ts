import { Argument, InvalidArgumentError } from 'commander';

/** The number of a generation; `name` with its brackets. */
export function generationArgument(name: string): Argument {
  return new Argument(name, 'number of a generation').argParser((text) => {
    if (!/^[1-9]\d{0,14}$/.test(text)) {
      throw new InvalidArgumentError('it must be a number from 1');
    }
    return Number(text);
  });
}
