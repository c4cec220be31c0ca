// A WinRM service made of github.com/dylanmei/winrmtest, with which Go's programs test their WinRM clients. It shares no code with Kiln:
// what it understands, an independent reader of WS-Management understands. It takes any login, and knows no standard input.
package main

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/dylanmei/winrmtest"
)

var (
	mutex sync.Mutex
	files = map[string][]byte{}
)

// on registers a command by its pattern; the handler gets the groups of the one that was started last: the package runs a command when its
// output is asked for, and does not say which one it was.
func on(remote *winrmtest.Remote, pattern string, run func(groups []string, out, err io.Writer) int) {
	expression := regexp.MustCompile(pattern)
	var last []string
	remote.CommandFunc(func(candidate string) bool {
		groups := expression.FindStringSubmatch(candidate)
		if groups == nil {
			return false
		}
		mutex.Lock()
		last = groups
		mutex.Unlock()
		return true
	}, func(out, err io.Writer) int {
		mutex.Lock()
		defer mutex.Unlock()
		return run(last, out, err)
	})
}

func script(encoded string) string {
	raw, _ := base64.StdEncoding.DecodeString(encoded)
	units := make([]uint16, len(raw)/2)
	binary.Read(bytes.NewReader(raw), binary.LittleEndian, units)
	return string(utf16.Decode(units))
}

var root = regexp.MustCompile(`GetFullPath\('((?:[^']|'')*)'\)`)

func pathIn(text string) string {
	return strings.ReplaceAll(root.FindStringSubmatch(text)[1], "''", "'")
}

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func receive(text string, lines string, out io.Writer) int {
	count, content := 0, []byte{}
	for _, line := range strings.Split(lines, "\r\n") {
		if len(line) < 2 {
			continue
		}
		count++
		switch line[0] {
		case 'r':
			raw, _ := base64.StdEncoding.DecodeString(line[2:])
			content = append(content, raw...)
		case 'c':
			if fmt.Sprintf("%X", sha1.Sum(content)) != line[2:] {
				fmt.Fprintf(out, "kiln-error %s\r\n", encode("damaged"))
				return 1
			}
			files[pathIn(text)] = content
		}
	}
	fmt.Fprintf(out, "kiln-ok %d\r\n", count)
	return 0
}

func send(text string, out io.Writer) int {
	content, there := files[pathIn(text)]
	if !there {
		fmt.Fprintf(out, "kiln-error %s\r\n", encode("Could not find file '"+pathIn(text)+"'."))
		return 1
	}
	fmt.Fprintf(out, "f  %d\r\nr %s\r\nc %X\r\nkiln-ok\r\n", len(content), base64.StdEncoding.EncodeToString(content), sha1.Sum(content))
	return 0
}

func main() {
	remote := winrmtest.NewRemote()
	defer remote.Close()
	on(remote, `-EncodedCommand (\S+) < "(.*)"$`, func(groups []string, out, err io.Writer) int {
		return receive(script(groups[1]), string(files[groups[2]]), out)
	})
	on(remote, `-EncodedCommand (\S+)$`, func(groups []string, out, err io.Writer) int {
		text := script(groups[1])
		if strings.Contains(text, "SendTree") {
			return send(text, out)
		}
		if said := regexp.MustCompile(`echo ["']?(.*?)["']?\s*$`).FindStringSubmatch(text); said != nil {
			fmt.Fprintf(out, "%s\r\n", said[1])
		}
		return 0
	})
	on(remote, `^>>"(.*?)" echo (.*)$`, func(groups []string, out, err io.Writer) int {
		files[groups[1]] = append(files[groups[1]], groups[2]+"\r\n"...)
		return 0
	})
	on(remote, `^del "(.*)"$`, func(groups []string, out, err io.Writer) int {
		delete(files, groups[1])
		return 0
	})
	on(remote, `^exit (-?\d+)$`, func(groups []string, out, err io.Writer) int {
		code, _ := strconv.Atoi(groups[1])
		return code
	})
	on(remote, `(?s)^say (.*)$`, func(groups []string, out, err io.Writer) int {
		fmt.Fprint(out, groups[1])
		return 0
	})
	fmt.Printf("%s %d\n", remote.Host, remote.Port)
	io.Copy(io.Discard, os.Stdin)
}
