import { expect, it } from "vitest";
import { fixers } from "../fix/fixers.ts";
import { commandTable } from "../flags/command-table.ts";
import { commandHelp, generalHelp } from "./help-text.ts";

const commands = Object.values(commandTable);

it("lists every command with its synopsis, aligned", () => {
  expect(generalHelp("packer", commands)).toMatchInlineSnapshot(`
    "Usage: packer [--version] [--help] <command> [<args>]

    Available commands are:
        build           build image(s) from template
        cache           list or remove what builds with -cache stored
        cleanup         remove what runs that are over left behind
        console         creates a console for testing variable interpolation
        fix             fixes templates from old versions of packer
        fmt             rewrites HCL2 config files to canonical format
        hcl2_upgrade    transform a JSON template into an HCL2 configuration
        init            check that the plugins a template requires are there
        inspect         see components of a template
        plugins         interact with plugins
        rehearse        build against a local stand-in of EC2
        schema          print the JSON Schema of templates or of one component
        validate        check that a template is valid
        version         Prints the Packer version
    "
  `);
});

it("has Packer's form: usage, text, options", () => {
  expect(commandHelp("packer", commandTable.validate)).toMatchInlineSnapshot(`
    "Usage: packer validate [options] TEMPLATE

      Checks a template: its syntax, its variables, and the options of every
      builder, provisioner and post-processor. Nothing is built.

      All mistakes are printed at once. The exit code is 0 where there is none.

    Options:

      -syntax-only             Check the syntax alone, and ask no component.
      -except=foo,bar,baz      Check all builds but these.
      -only=foo,bar,baz        Check only these builds.
      -var 'key=value'         Variable for the template; may be given many times.
      -var-file=path           JSON or HCL2 file of variables; may be given many times, later ones win.
      -config-type=json        Kind of a template that is read from standard input: json (default) or
                               hcl2.
      -evaluate-datasources    Run the data sources of an HCL2 template, too.
      -no-warn-undeclared-var  Do not warn of variables in a -var-file that the template does not
                               declare.
      -strict                  Refuse undeclared variables, unused variables and locals, and deprecated
                               options.
      -output=json             What to print: text, or one JSON document of all that was found (default
                               text)."
  `);
});

it("shows every flag that is not hidden, within 100 columns", () => {
  for (const command of commands) {
    const text = commandHelp("kiln", command);
    for (const [name, flag] of Object.entries(command.flags)) {
      const shown = new RegExp(`^  -${name}(?![\\w-])`, "m").test(text);
      expect(shown, `${command.name} -${name}`).toBe(!flag.hidden);
    }
    const listed: readonly string[] = command.list ?? [];
    const long = text.split("\n").filter((line) => line.length > 100 && !listed.includes(line.trim()));
    expect(long).toEqual([]);
  }
});

it("lists the fixers in the order in which they run", () => {
  const text = commandHelp("packer", commandTable.fix);
  const at = fixers.map(({ name }) => text.indexOf(`\n  ${name} `));
  expect(at).toEqual(at.toSorted((a, b) => a - b));
  expect(Math.min(...at)).toBeGreaterThan(0);
});
