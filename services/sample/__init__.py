"""An invented province: its units, fourteen months of its cases, and an office that keeps working."""
