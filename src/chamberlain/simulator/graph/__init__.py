"""Graph v1.0 reads over the simulated tenant: query options, limits, costs and errors as Microsoft has them.

`shapes` says which properties a type has, `resources` what each path answers, `routes` is the table of all paths,
`gateway`
stands in front of them."""
