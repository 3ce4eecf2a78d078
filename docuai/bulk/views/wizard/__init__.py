"""Pages of the wizard, one module a step: template and table, data, columns, options, check."""
