"""Studies: which cells are run, what of them is shown, and what a paper reports and claims of it; a TOML file each."""
