// note_verify is a second opinion: it opens signed notes with golang.org/x/mod/sumdb/note, which is not our code.
//
// Usage: note_verify VKEY < NOTE
//
// Writes the note's text if VKEY signed it; otherwise one line of error, and exits 1.
package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string, in io.Reader, out io.Writer) error {
	if len(arguments) != 1 {
		return fmt.Errorf("usage: note_verify VKEY < NOTE")
	}
	verifier, err := note.NewVerifier(arguments[0])
	if err != nil {
		return err
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, opened.Text)
	return err
}
