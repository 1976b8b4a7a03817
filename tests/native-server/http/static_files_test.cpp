// What is served from a folder, and above all what is not.
#include "http/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temporary_folder.h"

namespace wasmqtt {
namespace {

HttpRequest get(std::string target) {
  HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  return request;
}

std::string field_of(const HttpResponse& response, std::string_view name) {
  for (const HttpField& field : response.fields) {
    if (field.name == name) return field.value;
  }
  return "(none)";
}

std::string content_of(const HttpResponse& response) {
  std::string content(response.file_size, '\0');
  const ssize_t count = ::pread(response.file.descriptor(), content.data(), content.size(), 0);
  return count < 0 ? "(unreadable)" : content.substr(0, static_cast<std::size_t>(count));
}

class StaticFilesOfAFolder : public testing::Test {
 protected:
  StaticFilesOfAFolder() {
    folder_.write("outside.txt", "secret");
    folder_.write("site/index.html", "<h1>hi</h1>");
    folder_.write("site/app.mjs", "export {}");
    folder_.write("site/a b+c.txt", "spaced");
    folder_.write("site/sub/index.html", "sub");
    folder_.write("site/empty/.keep", "");
    folder_.write("site/.env", "secret");
    folder_.write("site/.git/config", "secret");
    files_.emplace(folder_.path() / "site");
  }

  HttpResponse answer(const HttpRequest& request) const { return files_->answer(request); }

  test::TemporaryFolder folder_;
  std::optional<StaticFiles> files_;
};

TEST_F(StaticFilesOfAFolder, AreServedWithTypeTagAndDate) {
  const HttpResponse response = answer(get("/app.mjs"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(content_of(response), "export {}");
  EXPECT_EQ(field_of(response, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_THAT(field_of(response, "ETag"), testing::MatchesRegex("\"[0-9a-f]+-[0-9a-f]+\""));
  EXPECT_THAT(field_of(response, "Last-Modified"), testing::EndsWith(" GMT"));
}

TEST_F(StaticFilesOfAFolder, HaveAnIndex) {
  EXPECT_EQ(content_of(answer(get("/"))), "<h1>hi</h1>");
  EXPECT_EQ(content_of(answer(get("/?query"))), "<h1>hi</h1>");
  EXPECT_EQ(content_of(answer(get("/sub/"))), "sub");
  EXPECT_EQ(content_of(answer(get("http://localhost:8083/sub/"))), "sub");
}

TEST_F(StaticFilesOfAFolder, MayHaveNamesThatNeedAnEncoding) {
  EXPECT_EQ(content_of(answer(get("/a%20b+c.txt"))), "spaced");
}

TEST_F(StaticFilesOfAFolder, SendAFoldersAddressWithoutSlashOnToTheOneWith) {
  const HttpResponse response = answer(get("/sub"));
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(field_of(response, "Location"), "/sub/");
}

TEST_F(StaticFilesOfAFolder, NeverRedirectToAnotherHost) {
  folder_.write("site/evil.com/index.html", "");
  EXPECT_EQ(field_of(answer(get("//evil.com")), "Location"), "/evil.com/");
}

TEST_F(StaticFilesOfAFolder, KeepWhatIsOutsideAndWhatIsHidden) {
  for (const char* target : {"/../outside.txt",
                             "/sub/../../outside.txt",
                             "/%2e%2e/outside.txt",
                             "/..%2foutside.txt",
                             "/%2e%2e%2foutside.txt",
                             "/sub/..",
                             "/.",
                             "/..\\outside.txt",
                             "/..%5coutside.txt",
                             "/.env",
                             "/%2eenv",
                             "/.git/config",
                             "//.env",
                             "/sub//../.env",
                             "/index.html%00.txt",
                             "/index.html/",
                             "/index.html/x",
                             "/%",
                             "/%2",
                             "/%zz",
                             "*",
                             "",
                             "/empty/",
                             "/empty",
                             "/nothing",
                             "/%c0%ae%c0%ae/outside.txt"}) {
    EXPECT_EQ(answer(get(target)).status, 404) << target;
  }
}

TEST_F(StaticFilesOfAFolder, DoNotFollowALinkOutOfTheFolder) {
  std::filesystem::create_symlink("../outside.txt", folder_.path() / "site/link.txt");
  std::filesystem::create_directory_symlink("..", folder_.path() / "site/up");
  std::filesystem::create_symlink("app.mjs", folder_.path() / "site/inside.mjs");
  EXPECT_EQ(answer(get("/link.txt")).status, 404);
  EXPECT_EQ(answer(get("/up/outside.txt")).status, 404);
  EXPECT_EQ(answer(get("/inside.mjs")).status, 200);
}

TEST_F(StaticFilesOfAFolder, AreNotMistakenForAFolderWithTheSameBeginning) {
  folder_.write("site-private/key.txt", "secret");
  std::filesystem::create_symlink("../site-private/key.txt", folder_.path() / "site/key.txt");
  EXPECT_EQ(answer(get("/key.txt")).status, 404);
}

TEST_F(StaticFilesOfAFolder, AreRegularFilesOnly) {
  ASSERT_EQ(::mkfifo((folder_.path() / "site/pipe").c_str(), 0600), 0);
  EXPECT_EQ(answer(get("/pipe")).status, 404);
}

TEST_F(StaticFilesOfAFolder, AreNotSentAgainToAClientThatHasThem) {
  const HttpResponse first = answer(get("/"));
  const std::string tag = field_of(first, "ETag");
  const auto status_with = [&](const char* name, const std::string& value) {
    HttpRequest request = get("/");
    request.fields.push_back({name, value});
    return answer(request).status;
  };
  EXPECT_EQ(status_with("If-None-Match", tag), 304);
  EXPECT_EQ(status_with("If-None-Match", "\"other\", W/" + tag), 304);
  EXPECT_EQ(status_with("If-None-Match", "*"), 304);
  EXPECT_EQ(status_with("If-None-Match", "\"other\""), 200);
  EXPECT_EQ(status_with("If-Modified-Since", field_of(first, "Last-Modified")), 304);
  EXPECT_EQ(status_with("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"), 200);
}

TEST_F(StaticFilesOfAFolder, HaveANewTagWhenTheyChange) {
  const std::string before = field_of(answer(get("/")), "ETag");
  folder_.write("site/index.html", "<h1>changed</h1>");
  EXPECT_NE(field_of(answer(get("/")), "ETag"), before);
}

TEST_F(StaticFilesOfAFolder, AnswerOtherMethodsWithTheOnesThatTheyKnow) {
  HttpRequest request = get("/");
  request.method = "DELETE";
  const HttpResponse response = answer(request);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(field_of(response, "Allow"), "GET, HEAD");
}

TEST(StaticFiles, WithoutAFolderSayHowToHaveOne) {
  const HttpResponse response = StaticFiles({}).answer(get("/"));
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, testing::HasSubstr("--serve"));
}

}  // namespace
}  // namespace wasmqtt
