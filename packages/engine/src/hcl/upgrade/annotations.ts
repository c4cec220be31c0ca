/** Comments that `-with-annotations` puts above the parts of an upgraded template. */
export const annotations = {
  file: `# This file was made from a JSON template by hcl2_upgrade: read it through before you rely on it. Its blocks may be moved to
# other files of the same directory whose names end in .pkr.hcl; give the directory instead of the file then.
#
# HCL2 expressions (\${ ... }) are evaluated before Go templates ({{ ... }}) that are left in a text.
`,
  packer: `# What this template needs of Packer and its plugins.
# https://www.packer.io/docs/templates/hcl_templates/blocks/packer
`,
  variables: `# JSON templates know text alone, so all variables are strings here; give them other types as you like.
# https://www.packer.io/docs/templates/hcl_templates/variables#type-constraints
`,
  locals: `# Variables whose values are computed are locals in HCL2.
# https://www.packer.io/docs/templates/hcl_templates/blocks/locals
`,
  sources: `# Builders are sources in HCL2; builds use them by type and name.
# https://www.packer.io/docs/templates/hcl_templates/blocks/source
`,
  build: `# A build runs provisioners and post-processors on its sources.
# https://www.packer.io/docs/templates/hcl_templates/blocks/build
`,
} as const;
