/** An IAM policy document. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
}

/** Gathers the permissions that calls needed, to write the least policy that the same calls would need at AWS. */
export class PolicyRecorder {
  readonly #seen = new Map<string, Set<string>>();

  /** Notes a permission on a resource ARN, `*` where AWS knows no narrower one. */
  note(permission: string, resource = "*"): void {
    const resources = this.#seen.get(permission) ?? new Set();
    resources.add(generalise(resource));
    this.#seen.set(permission, resources);
  }

  clear(): void {
    this.#seen.clear();
  }

  /** One statement per set of resources, permissions sorted. */
  document(): PolicyDocument {
    const groups = new Map<string, string[]>();
    for (const [permission, resources] of this.#seen) {
      const key = resources.has("*") ? "*" : [...resources].toSorted().join("\n");
      groups.set(key, [...(groups.get(key) ?? []), permission]);
    }
    const statements = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return {
      Version: "2012-10-17",
      Statement: statements.map(([key, permissions], i) => ({
        Sid: `Build${i + 1}`,
        Effect: "Allow",
        Action: permissions.toSorted(),
        Resource: key === "*" ? "*" : key.split("\n"),
      })),
    };
  }
}

/** A run's random names differ next time: what looks like a UUID becomes `*`. */
function generalise(resource: string): string {
  return resource.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "*");
}
