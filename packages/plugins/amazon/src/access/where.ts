/** Where something was made, without a secret: enough for another process to find it with the user's own credentials. */
export type Where = {
  readonly region: string;
  readonly endpoint?: string;
  readonly profile?: string;
  readonly roleArn?: string;
};
