package dev.airlock.server.simple;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.index.MediaType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NegotiationTest {
  private static final String PIP_25 =
      "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1,"
          + " text/html; q=0.01";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/html                                                           | HTML",
        "''                                                                  | HTML",
        "*/*                                                                 | HTML",
        "text/*                                                              | HTML",
        "application/xml                                                     | HTML",
        "TEXT/HTML;charset=utf-8                                             | HTML",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8     | HTML",
        "application/vnd.pypi.simple.v1+json;q=0, text/html;q=0.1            | HTML",
        "application/vnd.pypi.simple.v1+html                                 | HTML_V1",
        "application/vnd.pypi.simple.latest+html;q=0.2, text/html;q=0.1      | HTML_V1",
        "application/vnd.pypi.simple.v1+json                                 | JSON_V1",
        "application/vnd.pypi.simple.latest+json                             | JSON_V1",
        "application/vnd.pypi.simple.v1+json, */*;q=0.1                      | JSON_V1",
        "text/html;q=0.01, application/vnd.pypi.simple.v1+json;q=0.5         | JSON_V1",
        "application/vnd.pypi.simple.v1+json; q=1.000 ; x=y, text/html;q=0.9 | JSON_V1",
      })
  void choosesTheFormThatIsWantedMost(String accept, MediaType form) {
    assertThat(Negotiation.form(accept)).isEqualTo(form);
  }

  @ParameterizedTest
  @CsvSource({"JSON_V1"})
  void givesJsonToCurrentPip(MediaType form) {
    assertThat(Negotiation.form(PIP_25)).isEqualTo(form);
  }
}
