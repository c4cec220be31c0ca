import { type ConfigOf, flag, text } from "@kiln/sdk";

/** Logging in to a registry, of the builder and of docker-push. Source: Packer's docker plugin. */
export const loginOptions = {
  login: flag({ doc: "Log in to the registry first." }),
  login_username: text({ doc: "User to log in as." }),
  login_password: text({ doc: "Password to log in with.", sensitive: true }),
  login_server: text({ doc: "Registry to log in to; Docker Hub when not set." }),
  ecr_login: flag({ doc: "Log in to Amazon ECR at login_server with AWS credentials." }),
  aws_access_key: text({ doc: "AWS access key; found as the AWS tools find it when not set." }),
  aws_secret_key: text({ doc: "AWS secret key.", sensitive: true }),
  aws_token: text({ doc: "AWS session token.", sensitive: true }),
  aws_profile: text({ doc: "Profile of the AWS configuration files." }),
  aws_force_use_public_ecr: flag({ doc: "login_server is a public ECR registry although its name does not say so." }),
} as const;
export type LoginConfig = ConfigOf<typeof loginOptions>;
