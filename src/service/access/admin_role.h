// What people may do in the admin API, and what a user may be called. Any thread.
#pragma once

#include <string_view>

#include "common/base/status.h"

namespace lemma::access {

// Each may do all that those before it may.
enum class AdminRole {
  kViewer,        // reads
  kPromptEditor,  // changes profiles
  kAdmin,         // changes keys, the pool and users below itself; reads the audit log
  kOwner,         // changes all users
};

inline constexpr AdminRole kAdminRoles[] = {AdminRole::kViewer, AdminRole::kPromptEditor,
                                            AdminRole::kAdmin, AdminRole::kOwner};

// "viewer", "prompt_editor", "admin", "owner": in the database, replies and on the command line.
std::string_view NameOf(AdminRole role);
// kInvalidArgument, field "role", lists the words there are.
Result<AdminRole> ParseAdminRole(std::string_view text);

// May a user of role `actor` change one of role `target`, or give that role? Owners all, admins
// those below themselves, others nobody.
bool MayManage(AdminRole actor, AdminRole target);

// 1 to 64 of a-z, A-Z, 0-9, '.', '_', '-', '@': nothing that a log, a URL or a terminal reads as
// more than a name. kInvalidArgument, field "name".
Status CheckUserName(std::string_view name);

}  // namespace lemma::access
