export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An address as people write it, brackets around IPv6. */
export function where({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
