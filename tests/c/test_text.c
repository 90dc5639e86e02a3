/* test_text.c: operations on single strings, beside slow ones. */
#include <stdlib.h>

#include "../support/testing.h"
#include "expr/strings/text.h"

static stoa_string text(const char *bytes)
{
    return (stoa_string){bytes, strlen(bytes)};
}

static void same(stoa_string made, const char *wanted)
{
    char shown[100];
    snprintf(shown, sizeof shown, "%.*s", (int)made.length, made.length > 0 ? made.bytes : "");
    ck_assert_str_eq(shown, wanted);
}

/* ---- slow references ---- */

static bool slow_contains(stoa_string all, stoa_string part)
{
    for (size_t i = 0; i + part.length <= all.length; i++)
        if (memcmp(all.bytes + i, part.bytes, part.length) == 0)
            return true;
    return false;
}

/* Of ASCII, by trying everything; no sets. */
static bool slow_matches(const char *at, const char *pattern)
{
    if (*pattern == '\0')
        return *at == '\0';
    if (*pattern == '*')
        return slow_matches(at, pattern + 1) || (*at != '\0' && slow_matches(at + 1, pattern));
    return *at != '\0' && (*pattern == '?' || *pattern == *at) && slow_matches(at + 1, pattern + 1);
}

static void roll(dice *d, char *into, const char *letters)
{
    size_t length = dice_below(d, 9);
    for (size_t i = 0; i < length; i++)
        into[i] = letters[dice_below(d, strlen(letters))];
    into[length] = '\0';
}

TEST(searching_and_matching_agree_with_trying_everything)
{
    dice d = {11};
    for (size_t i = 0; i < scaled(100000, 2000); i++) {
        char a[10], b[10], pattern[10];
        roll(&d, a, "ab");
        roll(&d, b, "ab");
        roll(&d, pattern, "ab*?*");
        ck_assert_int_eq(stoa__text_contains(text(a), text(b)), slow_contains(text(a), text(b)));
        ck_assert_int_eq(stoa__text_matches(text(a), text(pattern)), slow_matches(a, pattern));
        ck_assert_int_eq(stoa__text_compare(text(a), text(b)) < 0, strcmp(a, b) < 0);
        ck_assert_int_eq(stoa__text_equal(text(a), text(b)), strcmp(a, b) == 0);
        ck_assert_int_eq(stoa__text_starts_with(text(a), text(b)), strncmp(a, b, strlen(b)) == 0);
        size_t after = strlen(a) >= strlen(b) ? strlen(a) - strlen(b) : 0;
        ck_assert_int_eq(stoa__text_ends_with(text(a), text(b)), strcmp(a + after, b) == 0);
    }
}

TEST(patterns_have_sets)
{
    static const struct {
        const char *text, *pattern;
        bool matches;
    } all[] = {
        {"b", "[abc]", true},       {"d", "[abc]", false},  {"d", "[!abc]", true},
        {"a", "[!abc]", false},     {"c", "[a-c]", true},   {"-", "[a-c]", false},
        {"-", "[a-]", true},        {"-", "[-a]", true},    {"a", "[c-a]", false},
        {"a", "[!c-a]", true},      {"]", "[]]", true},     {"]", "[!]]", false},
        {"a", "[!]]", true},        {"[a", "[a", true},     {"[]", "[]", true},
        {"[!]", "[!]", true},       {"\\", "[\\]", true},   {"ö", "[ä-ü]", true},
        {"o", "[ä-ü]", false},      {"😀", "?", true},       {"😀", "??", false},
        {"naïve", "na?ve", true},   {"[", "[", true},       {"x-y", "*[!x]?", true},
        {"a.txt", "*.[tx]*", true}, {"", "*", true},        {"", "", true},
        {"", "?", false},           {"*", "[*]", true},     {"a", "[*]", false},
        {"ab\ncd", "a*d", true},    {"e", "[a-c-e]", true}, {"d", "[a-c-e]", false},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ck_assert_msg(stoa__text_matches(text(all[i].text), text(all[i].pattern)) == all[i].matches,
                      "%s, %s", all[i].text, all[i].pattern);
}

TEST(lengths_and_slices_are_of_characters)
{
    stoa_string word = text("aä€😀z");
    ck_assert_uint_eq(stoa__text_length(word), 5);
    ck_assert_uint_eq(stoa__text_length((stoa_string){NULL, 0}), 0);
    same(stoa__text_slice(word, 1, 3), "ä€");
    same(stoa__text_slice(word, -2, 5), "😀z");
    same(stoa__text_slice(word, -2, -1), "😀");
    same(stoa__text_slice(word, 3, 2), "");
    same(stoa__text_slice(word, -100, 100), "aä€😀z");
    same(stoa__text_slice(word, 5, 9), "");
    same(stoa__text_slice(word, INT64_MIN, INT64_MAX), "aä€😀z");
    same(stoa__text_slice(word, 0, INT64_MIN), "");
    same(stoa__text_slice((stoa_string){NULL, 0}, -1, 1), "");
}

TEST(white_space_is_taken_off_both_ends)
{
    same(stoa__text_trim(text(" \t\n\v\f\r a b\x1c\x1f ")), "a b");
    same(stoa__text_trim(text("\xc2\x85\xc2\xa0\xe1\x9a\x80ä\xe2\x80\xa8\xe3\x80\x80")), "ä");
    same(stoa__text_trim(text("\xe2\x80\x8b")), "\xe2\x80\x8b"); /* no white space */
    same(stoa__text_trim(text("   ")), "");
    same(stoa__text_trim((stoa_string){NULL, 0}), "");
}

static const char *mapped(bool (*map)(stoa__buffer *, stoa_string), const char *bytes)
{
    static char made[100];
    stoa__buffer buffer = {NULL, 0, 0};
    ck_assert(map(&buffer, text(bytes)));
    snprintf(made, sizeof made, "%.*s", (int)buffer.length, buffer.bytes);
    stoa__buffer_dispose(&buffer);
    return made;
}

TEST(cases_are_those_of_unicode)
{
    ck_assert_str_eq(mapped(stoa__text_lower, "AZ@[ÄÖŽ"), "az@[äöž");
    ck_assert_str_eq(mapped(stoa__text_upper, "az`{äöž"), "AZ`{ÄÖŽ");
    ck_assert_str_eq(mapped(stoa__text_upper, "straße"), "STRASSE");
    ck_assert_str_eq(mapped(stoa__text_upper, "ﬃ ΐ"), "FFI \xce\x99\xcc\x88\xcc\x81");
    ck_assert_str_eq(mapped(stoa__text_lower, "İ"), "i̇");
    ck_assert_str_eq(mapped(stoa__text_lower, "ΟΔΟΣ ΣΑΣ Σ Σ' Α'Σ'"), "οδος σας σ σ' α'ς'");
    ck_assert_str_eq(mapped(stoa__text_lower, "𐐀"), "𐐨");
    ck_assert_str_eq(mapped(stoa__text_upper, "ꭰ"), "Ꭰ");
    ck_assert_str_eq(mapped(stoa__text_lower, "漢字 123 😀"), "漢字 123 😀");
}

TEST(a_buffer_that_gets_no_memory_stays_as_it_is)
{
    stoa__buffer buffer = {NULL, 0, 0};
    faults_arm(FAULT_HEAP, 0, 1);
    bool added = stoa__buffer_add(&buffer, text("abc"));
    faults_disarm();
    ck_assert(!added);
    ck_assert(stoa__buffer_add(&buffer, text("abc")));
    ck_assert(!stoa__buffer_reserve(&buffer, PTRDIFF_MAX));
    faults_arm(FAULT_HEAP, 0, 1);
    bool mapped_all = true;
    for (size_t i = 0; i < 100 && mapped_all; i++)
        mapped_all = stoa__text_upper(&buffer, text("abc"));
    faults_disarm();
    ck_assert(!mapped_all);
    same((stoa_string){buffer.bytes, 6}, "abcABC");
    stoa__buffer_dispose(&buffer);
}

int main(void)
{
    return RUN("text", searching_and_matching_agree_with_trying_everything, patterns_have_sets,
               lengths_and_slices_are_of_characters, white_space_is_taken_off_both_ends,
               cases_are_those_of_unicode, a_buffer_that_gets_no_memory_stays_as_it_is);
}
