/** A refusal as an AWS service words it: code, message and HTTP status go to the client as they are. */
export class ApiError extends Error {
  static {
    this.prototype.name = "ApiError";
  }
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const missingParameter = (name: string): ApiError =>
  new ApiError("MissingParameter", `The request must contain the parameter ${name}`);
export const invalidValue = (name: string, value: string, why = ""): ApiError =>
  new ApiError(
    "InvalidParameterValue",
    `Value (${value}) for parameter ${name} is invalid.${why === "" ? "" : ` ${why}`}`,
  );
export const unknownParameter = (names: readonly string[]): ApiError =>
  new ApiError("UnknownParameter", `The parameter ${names[0]} is not recognized`);
export const badCombination = (message: string): ApiError => new ApiError("InvalidParameterCombination", message);
export const dryRunSucceeded = (): ApiError =>
  new ApiError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
export const internalError = (message: string): ApiError => new ApiError("InternalError", message, 500);
