"""Files for other programs: XES and OCEL 2.0 for process mining, Parquet for everything else."""
