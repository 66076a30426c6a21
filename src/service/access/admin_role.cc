#include "service/access/admin_role.h"

#include <string>

namespace lemma::access {

std::string_view NameOf(AdminRole role) {
  switch (role) {
    case AdminRole::kViewer:
      return "viewer";
    case AdminRole::kPromptEditor:
      return "prompt_editor";
    case AdminRole::kAdmin:
      return "admin";
    case AdminRole::kOwner:
      return "owner";
  }
  return "";
}

Result<AdminRole> ParseAdminRole(std::string_view text) {
  for (const AdminRole role : kAdminRoles) {
    if (text == NameOf(role)) return role;
  }
  return InvalidArgument(
      "must be viewer, prompt_editor, admin or owner, is \"" + std::string(text) + "\"", "role");
}

bool MayManage(AdminRole actor, AdminRole target) {
  return actor == AdminRole::kOwner || (actor == AdminRole::kAdmin && target < AdminRole::kAdmin);
}

Status CheckUserName(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@";
  if (!name.empty() && name.size() <= 64 && name.find_first_not_of(kAllowed) == name.npos) {
    return Ok();
  }
  return InvalidArgument("must have 1 to 64 of a-z, A-Z, 0-9, '.', '_', '-' and '@'", "name");
}

}  // namespace lemma::access
