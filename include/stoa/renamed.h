/* renamed.h: the names that functions and types had before, for programs written then. Each is a
 * macro for the new name; the arguments are the same. They go with version 1.0: CHANGELOG.md says
 * how to move. */
#ifndef STOA_RENAMED_H
#define STOA_RENAMED_H

#include <stoa/program.h>

#define stoa_add stoa_add_field
#define stoa_expression_outputs stoa_expression_output_count
#define stoa_extent stoa_scope
#define stoa_program_is_aggregate stoa_program_output_is_aggregate
#define stoa_program_outputs stoa_program_output_count
#define stoa_program_set stoa_program_set_parameter
#define stoa_program_type stoa_program_output_type
#define stoa_selection_keep stoa_table_keep_selected
#define stoa_selection_remove stoa_table_remove_selected
#define stoa_selection_take stoa_table_take_selected

#endif
