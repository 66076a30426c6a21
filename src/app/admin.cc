// `lemma admin`: the users of the admin API and its audit log, for whoever owns the database.
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/data_settings.h"
#include "common/base/log.h"
#include "service/access/time_text.h"
#include "service/store/admin_user_store.h"
#include "service/store/audit_log.h"

namespace lemma::app {
namespace {

struct AdminOptions {
  DataOptions data;
  std::string name;
  std::string role = "owner";
  std::string known;  // "NUMBER:HASH"
};

// The terminal shows nothing of what is typed while this lives.
class WithoutEcho {
 public:
  WithoutEcho() {
    is_terminal_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (is_terminal_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~WithoutEcho() {
    if (is_terminal_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  termios before_{};
  bool is_terminal_ = false;
};

Result<std::string> ReadLine(const char* prompt) {
  const bool asks = isatty(STDIN_FILENO) == 1;
  if (asks) std::fputs(prompt, stderr);
  const WithoutEcho silent;
  std::string line;
  const bool is_read = static_cast<bool>(std::getline(std::cin, line));
  if (asks) std::fputs("\n", stderr);
  if (!is_read) return InvalidArgument("no password on standard input");
  return line;
}

// One line of standard input; typed twice at a terminal.
Result<std::string> ReadPassword() {
  LEMMA_ASSIGN_OR_RETURN(std::string password, ReadLine("Password: "));
  if (isatty(STDIN_FILENO) != 1) return password;
  LEMMA_ASSIGN_OR_RETURN(const std::string again, ReadLine("Again: "));
  if (password != again) return InvalidArgument("the two passwords differ");
  return password;
}

struct Opened {
  OpenedStore store;
  std::unique_ptr<store::AdminUserStore> users;
};

Result<Opened> Open(const AdminOptions& options, const UnixClock& clock, bool may_create = false) {
  Opened opened;
  LEMMA_ASSIGN_OR_RETURN(opened.store, OpenStore(options.data, may_create, clock));
  opened.users = std::make_unique<store::AdminUserStore>(*opened.store.database,
                                                         opened.store.keys->secret(), clock);
  return opened;
}

Status WithField(const Status& status) {
  return status.field().empty() ? status : status.WithPrefix(status.field());
}

Status CreateUser(const AdminOptions& options) {
  const SystemUnixClock clock;
  const auto role = access::ParseAdminRole(options.role);
  LEMMA_RETURN_IF_ERROR(role.status().WithPrefix("--role"));
  LEMMA_RETURN_IF_ERROR(WithField(access::CheckUserName(options.name)));
  LEMMA_ASSIGN_OR_RETURN(const std::string password, ReadPassword());
  LEMMA_ASSIGN_OR_RETURN(const Opened opened, Open(options, clock, /*may_create=*/true));
  const auto user = opened.users->Create(options.name, *role, password);
  LEMMA_RETURN_IF_ERROR(WithField(user.status()));
  std::fprintf(stderr, "User %s (%s) may sign in to the admin API.\n", options.name.c_str(),
               options.role.c_str());
  return Ok();
}

Status ListUsers(const AdminOptions& options) {
  const SystemUnixClock clock;
  LEMMA_ASSIGN_OR_RETURN(const Opened opened, Open(options, clock));
  LEMMA_ASSIGN_OR_RETURN(const auto users, opened.users->List());
  for (const store::AdminUser& user : users) {
    std::printf("%s  %-13s  %s%s%s\n", user.id.c_str(),
                std::string(access::NameOf(user.role)).c_str(), user.name.c_str(),
                user.has_totp ? "  second factor" : "", user.disabled_ms != 0 ? "  disabled" : "");
  }
  if (users.empty()) std::fprintf(stderr, "No users yet: lemma admin create-user NAME\n");
  return Ok();
}

Status SetDisabled(const AdminOptions& options, bool disabled) {
  const SystemUnixClock clock;
  LEMMA_ASSIGN_OR_RETURN(const Opened opened, Open(options, clock));
  LEMMA_ASSIGN_OR_RETURN(const store::AdminUser user, opened.users->Find(options.name));
  return opened.users->SetDisabled(user.id, disabled);
}

Status ResetPassword(const AdminOptions& options) {
  const SystemUnixClock clock;
  LEMMA_ASSIGN_OR_RETURN(const Opened opened, Open(options, clock));
  LEMMA_ASSIGN_OR_RETURN(const store::AdminUser user, opened.users->Find(options.name));
  LEMMA_ASSIGN_OR_RETURN(const std::string password, ReadPassword());
  return WithField(opened.users->SetPassword(user.id, password));
}

Status ResetTotp(const AdminOptions& options) {
  const SystemUnixClock clock;
  LEMMA_ASSIGN_OR_RETURN(const Opened opened, Open(options, clock));
  LEMMA_ASSIGN_OR_RETURN(const store::AdminUser user, opened.users->Find(options.name));
  return opened.users->RemoveTotp(user.id);
}

Status VerifyAudit(const AdminOptions& options) {
  const SystemUnixClock clock;
  store::AuditHead known;
  if (const size_t colon = options.known.find(':'); colon != options.known.npos) {
    known.number = std::strtoll(options.known.c_str(), nullptr, 10);
    known.hash = options.known.substr(colon + 1);
  }
  if (!options.known.empty() && (known.number <= 0 || known.hash.empty())) {
    return InvalidArgument("--known: must be NUMBER:HASH, as an earlier run printed it");
  }
  LEMMA_ASSIGN_OR_RETURN(const auto database, OpenDatabase(options.data, /*may_create=*/false));
  LEMMA_ASSIGN_OR_RETURN(const store::AuditHead head,
                         store::AuditLog(*database, clock).Verify(known));
  std::printf("%lld:%s\n", static_cast<long long>(head.number), head.hash.c_str());
  std::fprintf(stderr, "All %lld entries follow from each other.\n",
               static_cast<long long>(head.number));
  return Ok();
}

}  // namespace

void AddAdmin(CLI::App& app, ExitStatus& exit_status) {
  CLI::App* admin = app.add_subcommand("admin", "Users of the admin API, and its audit log");
  admin->require_subcommand(1);
  admin->footer(
      "Examples:\n"
      "  lemma admin create-user alice --role owner   asks for a password, or reads it\n"
      "  lemma admin reset-totp alice                 for one who has lost the app\n"
      "  lemma admin audit verify                     was the audit log tampered with?");
  auto options = std::make_shared<AdminOptions>();
  const auto add = [&](CLI::App* parent, const char* name, const char* description, auto run) {
    CLI::App* command = parent->add_subcommand(name, description);
    AddDataOptions(*command, options->data);
    command->callback([options, run, &exit_status] {
      SetLogLevel(LogLevel::kWarning);
      exit_status.value = Report(run(*options));
    });
    return command;
  };
  const auto disable = [](const AdminOptions& o) { return SetDisabled(o, /*disabled=*/true); };
  const auto enable = [](const AdminOptions& o) { return SetDisabled(o, /*disabled=*/false); };
  CLI::App* create = add(admin, "create-user", "A new user", CreateUser);
  create->add_option("--role", options->role, "viewer, prompt_editor, admin or owner")
      ->capture_default_str();
  add(admin, "list-users", "All users", ListUsers);
  for (CLI::App* command :
       {create, add(admin, "disable-user", "Lets a user in no more", disable),
        add(admin, "enable-user", "Lets a disabled user in again", enable),
        add(admin, "reset-password", "Sets a user's password; ends the user's sessions",
            ResetPassword),
        add(admin, "reset-totp", "Removes a user's second factor", ResetTotp)}) {
    command->add_option("name", options->name, "The user's name")->required();
  }
  CLI::App* audit = admin->add_subcommand("audit", "The log of all changes");
  audit->require_subcommand(1);
  CLI::App* verify =
      add(audit, "verify", "Checks the chain of hashes; prints its head", VerifyAudit);
  verify->add_option("--known", options->known,
                     "A head that an earlier run printed, kept elsewhere: NUMBER:HASH");
}

}  // namespace lemma::app
