/** The box's Vagrantfile: the provider's part, then what the template brought. */
export function vagrantfile(ofProvider: string, custom: string): string {
  return `
# The contents below were provided by the Packer Vagrant post-processor
${ofProvider && `\n${ofProvider}`}

# The contents below (if any) are custom contents provided by the
# Packer template during image build.
${custom}
`;
}
