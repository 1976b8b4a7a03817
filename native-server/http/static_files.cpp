// A target is decoded and checked as text first; then the file system has its say about where the path really leads.
#include "http/static_files.h"

#include <fcntl.h>
#include <http_parser.h>

#include <algorithm>
#include <cstdio>

#include "http/content_type.h"
#include "http/http_date.h"

namespace wasmqtt {
namespace {

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    decoded.push_back(static_cast<char>(*high * 16 + *low));
    i += 2;
  }
  return decoded;
}

// Takes "http://host/path" too. [RFC9112 3.2.2]
std::optional<std::string_view> target_path(std::string_view target) {
  if (target.starts_with('/')) return target.substr(0, target.find_first_of("?#"));
  http_parser_url url;
  http_parser_url_init(&url);
  if (http_parser_parse_url(target.data(), target.size(), 0, &url) != 0) return std::nullopt;
  if ((url.field_set & (1 << UF_PATH)) == 0) return "/";
  return target.substr(url.field_data[UF_PATH].off, url.field_data[UF_PATH].len);
}

std::string percent_encoded(std::string_view path) {
  std::string encoded;
  for (const char c : path) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("/-._~").find(c) != std::string_view::npos;
    if (is_plain) {
      encoded.push_back(c);
      continue;
    }
    char escape[4];
    std::snprintf(escape, sizeof escape, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    encoded += escape;
  }
  return encoded;
}

std::string entity_tag(const struct stat& status) {
  char text[64];
  std::snprintf(text, sizeof text, "\"%llx-%llx%08lx\"", static_cast<unsigned long long>(status.st_size),
                static_cast<unsigned long long>(status.st_mtim.tv_sec),
                static_cast<unsigned long>(status.st_mtim.tv_nsec));
  return text;
}

// [RFC9110 13.1.2, 13.1.3]: If-None-Match, compared weakly, decides alone where it stands.
bool is_not_modified(const HttpRequest& request, const std::string& tag, std::time_t modified) {
  if (const auto known = request.field("If-None-Match")) {
    const auto tags = list_elements(*known);
    return std::any_of(tags.begin(), tags.end(), [&](std::string_view candidate) {
      if (candidate.starts_with("W/")) candidate.remove_prefix(2);
      return candidate == "*" || candidate == tag;
    });
  }
  const auto since = request.field("If-Modified-Since");
  if (!since) return false;
  const auto time = parse_http_date(*since);
  return time && modified <= *time;
}

HttpResponse redirect_to_folder(std::string_view path) {
  HttpResponse response = http_problem(301, "This is a folder; its address ends with a slash.");
  response.fields.push_back({"Location", percent_encoded(path) + "/"});
  return response;
}

}  // namespace

std::optional<std::string> servable_path(std::string_view target) {
  const auto encoded = target_path(target);
  if (!encoded) return std::nullopt;
  const auto decoded = percent_decoded(*encoded);
  if (!decoded || !decoded->starts_with('/') || decoded->find_first_of(std::string_view("\0\\", 2)) != decoded->npos) {
    return std::nullopt;
  }
  std::string path;
  std::string_view rest = *decoded;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // a slash
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    if (segment.empty()) continue;
    if (segment.starts_with('.')) return std::nullopt;  // ".." climbs, the others are hidden
    path.append("/").append(segment);
  }
  if (decoded->ends_with('/')) path += '/';
  return path;
}

StaticFiles::StaticFiles(const std::filesystem::path& folder)
    : folder_(folder.empty() ? folder : std::filesystem::canonical(folder)) {}

HttpResponse StaticFiles::answer(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = http_problem(405, "Only GET and HEAD are answered here.");
    response.fields.push_back({"Allow", "GET, HEAD"});
    return response;
  }
  if (folder_.empty()) {
    return http_problem(
        404, "This server speaks MQTT over WebSocket here. To have it serve a page, start it with --serve FOLDER.");
  }
  const auto path = servable_path(request.target);
  return path ? answer_path(request, *path) : http_problem(404, "There is no such file.");
}

HttpResponse StaticFiles::answer_path(const HttpRequest& request, std::string_view path) const {
  std::string relative(path.substr(1));
  if (relative.empty() || relative.ends_with('/')) relative += "index.html";
  auto file = open_regular_file(relative);
  if (!file) {
    std::error_code ignored;
    const bool is_folder = !path.ends_with('/') && open_regular_file(relative + "/index.html").has_value();
    return is_folder ? redirect_to_folder(path) : http_problem(404, "There is no such file.");
  }
  HttpResponse response;
  const std::string tag = entity_tag(file->status);
  response.fields.push_back({"ETag", tag});
  response.fields.push_back({"Last-Modified", http_date(file->status.st_mtim.tv_sec)});
  response.fields.push_back({"Cache-Control", "no-cache"});  // keep it, but ask each time whether it still holds
  if (is_not_modified(request, tag, file->status.st_mtim.tv_sec)) {
    response.status = 304;
    return response;
  }
  response.fields.push_back({"Content-Type", std::string(content_type(relative))});
  response.fields.push_back({"X-Content-Type-Options", "nosniff"});
  response.file = std::move(file->content);
  response.file_size = static_cast<std::uint64_t>(file->status.st_size);
  return response;
}

std::optional<StaticFiles::OpenFile> StaticFiles::open_regular_file(const std::string& relative_path) const {
  std::error_code error;
  const auto real = std::filesystem::canonical(folder_ / relative_path, error);
  if (error) return std::nullopt;
  // A symbolic link must not lead out of the folder.
  const auto [end_of_folder, unused] = std::mismatch(folder_.begin(), folder_.end(), real.begin(), real.end());
  if (end_of_folder != folder_.end()) return std::nullopt;
  if (!std::filesystem::is_regular_file(real, error)) return std::nullopt;  // opening a FIFO would wait for its writer
  OpenFile file;
  file.content = OpenDescriptor(::open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.content.descriptor() < 0 || ::fstat(file.content.descriptor(), &file.status) != 0) return std::nullopt;
  if (!S_ISREG(file.status.st_mode)) return std::nullopt;
  return file;
}

}  // namespace wasmqtt
