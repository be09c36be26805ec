/** What a command gets from the table of commands. */
export interface CommandContext {
  /** The folder of the templates that come with birdkeeper. */
  readonly builtInTemplates: string;
  /** Sets the exit status of the process. */
  readonly finish: (exitStatus: number) => void;
}
