import type { CloudClock } from "../clock.ts";
import type { IssuedKey } from "../cloud.ts";
import { ApiError } from "./api-error.ts";
import { type Credentials, type Signature, type SignedRequest, verifySignature } from "./sigv4.ts";

/**
 * Decides whom to believe. Rehearsing, any access key will do as long as the request is signed in the right form; given
 * credentials, only they (and what STS issued) are accepted, and signatures are verified.
 */
export class Authenticator {
  readonly #required: ReadonlyMap<string, Credentials> | undefined;
  readonly #issued: ReadonlyMap<string, IssuedKey>;
  readonly #clock: CloudClock;

  constructor(required: readonly Credentials[] | undefined, issued: ReadonlyMap<string, IssuedKey>, clock: CloudClock) {
    this.#required = required && new Map(required.map((credentials) => [credentials.accessKeyId, credentials]));
    this.#issued = issued;
    this.#clock = clock;
  }

  check(request: SignedRequest, signature: Signature): void {
    const issued = this.#issued.get(signature.accessKeyId);
    if (issued && issued.expiresAt < this.#clock.now()) {
      throw new ApiError(
        "RequestExpired",
        "Request has expired: the security token included in the request is expired.",
      );
    }
    if (!this.#required) return;
    const known = this.#required.get(signature.accessKeyId) ?? issued;
    if (!known) throw authFailure("AWS was not able to validate the provided access credentials");
    if ((known.sessionToken ?? "") !== (signature.sessionToken ?? "")) {
      throw authFailure(
        "AWS was not able to validate the provided access credentials: the session token does not belong to them",
      );
    }
    verifySignature(request, signature, known.secretAccessKey, this.#clock.now());
  }
}

const authFailure = (message: string): ApiError => new ApiError("AuthFailure", message, 401);
