import { expect, it } from "vitest";
import { withoutPeople } from "./account-files.ts";

it("drops people and their groups, and locks what had a password", () => {
  const cleaned = withoutPeople({
    passwd:
      "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000:Ann:/home/ann:/bin/zsh\nnobody:x:65534:65534::/:/bin/false\n",
    shadow: "root:$y$j9T$secret:19000:0:99999:7:::\nann:$6$secret:19000:0:99999:7:::\nnobody:!:19000::::::\n",
    group: "root:x:0:\nsudo:x:27:ann,bob\nann:x:1000:\n",
    gshadow: "root:*::\nsudo:$6$secret::ann,bob\nann:!::\n",
  });
  expect(cleaned.passwd).toBe("root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n");
  expect(cleaned.shadow).toBe("root:*:19000:0:99999:7:::\nnobody:!:19000::::::\n");
  expect(cleaned.group).toBe("root:x:0:\nsudo:x:27:bob\n");
  expect(cleaned.gshadow).toBe("root:!::\nsudo:!::bob\n");
});
