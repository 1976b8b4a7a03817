// Requests for the files below one folder -> responses with their content.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "http/http_message.h"

namespace wasmqtt {

// Answers GET and HEAD. What lies outside of the folder, be it through "..", an encoding or a symbolic link, and names
// that begin with a dot do not exist here.
class StaticFiles {
 public:
  // `folder` exists. An empty path serves nothing and says so.
  explicit StaticFiles(const std::filesystem::path& folder);

  HttpResponse answer(const HttpRequest& request) const;

 private:
  struct OpenFile {
    OpenDescriptor content;
    struct stat status{};
  };

  HttpResponse answer_path(const HttpRequest& request, std::string_view path) const;
  std::optional<OpenFile> open_regular_file(const std::string& relative_path) const;

  std::filesystem::path folder_;  // absolute, without symbolic links; empty: serves nothing
};

// The path of a request's target, decoded, without its query and without empty segments: "/a/b.js", "/" or "/a/".
// nullopt when it is malformed, climbs with "..", or names something hidden.
std::optional<std::string> servable_path(std::string_view target);

}  // namespace wasmqtt
