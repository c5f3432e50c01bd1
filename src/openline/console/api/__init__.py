"""The desk for programs: every act of the console as JSON over HTTP, from one table, with the names of `--json`."""
