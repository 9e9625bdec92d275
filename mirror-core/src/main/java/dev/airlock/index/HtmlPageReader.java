package dev.airlock.index;

import dev.airlock.digest.Digest;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.metadata.LenientForms;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * Reads HTML pages: every anchor that leads to a wheel or sdist, and nothing else, so that injected
 * scripts and navigation do no harm. Links may lead to other hosts, as they do on
 * download.pytorch.org.
 *
 * @see <a href="https://peps.python.org/pep-0503/">PEP 503</a>
 */
final class HtmlPageReader {
  private static final Pattern HEADING =
      Pattern.compile("(?i)links for|^index of|^directory listing");
  private static final Pattern FILE =
      Pattern.compile(
          "(?i)\\.(whl|zip|tar|tgz|gz|bz2|xz|z|egg|exe|msi|rpm|deb|dmg)(\\.(asc|sig|metadata))?$");

  /** Links may hold links, by way of tables; to read the text of each takes the square of them. */
  private static final int MOST_TRIED = 1_000;

  private static final Pattern QUERY = Pattern.compile("[?#]");

  private HtmlPageReader() {}

  static ProjectPage read(byte[] html, URI address, ProjectName project)
      throws MalformedPageException {
    Document document = parse(html, address);
    URI base = base(document, address);
    var files = new ArrayList<IndexFile>();
    boolean anyAnchor = false;
    for (Element anchor : document.getElementsByTag("a")) {
      anyAnchor = true;
      file(anchor, base, project).ifPresent(files::add);
    }
    if (!anyAnchor && !document.getElementsByTag("form").isEmpty()) {
      throw new MalformedPageException(
          "it has a form and no links: a login page of a proxy, perhaps");
    }
    if (files.isEmpty() && !isOfAnIndex(document, project)) {
      throw new MalformedPageException(
          "it has no link to a file of " + project + ": a login or error page of a proxy, perhaps");
    }
    return new ProjectPage(project, files);
  }

  /**
   * Whether a page without any file that we take may still be one of an index: it says so, it is
   * empty, or it links to files of other kinds or projects.
   */
  private static boolean isOfAnIndex(Document document, ProjectName project) {
    boolean says =
        document.selectFirst("meta[name=pypi:repository-version]") != null
            || document.select("title, h1").stream()
                .anyMatch(heading ->
                    HEADING.matcher(heading.text()).find()
                        || normalized(heading.text()).contains(project.value()));
    return says
        || document.text().isBlank()
        || document.getElementsByTag("a").stream()
            .limit(MOST_TRIED)
            .anyMatch(anchor ->
                FILE.matcher(QUERY.split(anchor.attr("href"), 2)[0]).find()
                    || normalized(anchor.text()).startsWith(project.value()));
  }

  private static String normalized(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
  }

  private static Document parse(byte[] html, URI address) throws MalformedPageException {
    try {
      return Jsoup.parse(new ByteArrayInputStream(html), null, address.toString());
    } catch (IOException | UncheckedIOException e) {
      throw new MalformedPageException("it cannot be read as HTML: " + e.getMessage(), e);
    }
  }

  private static URI base(Document document, URI address) {
    Element base = document.selectFirst("base[href]");
    return base == null ? address : resolved(address, base.attr("href")).orElse(address);
  }

  private static Optional<IndexFile> file(Element anchor, URI base, ProjectName project) {
    Optional<URI> link =
        anchor.hasAttr("href") ? resolved(base, anchor.attr("href").strip()) : Optional.empty();
    return link.flatMap(target ->
        DistributionFilename.of(lastSegment(target), project)
            .map(name ->
                new IndexFile(
                    name,
                    Links.withoutFragment(target),
                    Optional.ofNullable(target.getFragment())
                        .flatMap(HtmlPageReader::digest)
                        .stream()
                        .toList(),
                    requiresPython(anchor),
                    size(anchor),
                    uploadTime(anchor),
                    anchor.hasAttr("data-yanked")
                        ? new Yanked.Because(anchor.attr("data-yanked"))
                        : new Yanked.No(),
                    metadata(anchor))));
  }

  private static Optional<URI> resolved(URI base, String href) {
    return Links.resolve(base, href.replace(" ", "%20").replace("|", "%7C"));
  }

  private static String lastSegment(URI target) {
    String path = target.getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static Optional<Digest> digest(String fragment) {
    for (String part : fragment.split("&", -1)) {
      Optional<Digest> digest = Digest.parse(part);
      if (digest.isPresent()) {
        return digest;
      }
    }
    return Optional.empty();
  }

  private static SpecifierSet requiresPython(Element anchor) {
    String value = anchor.attr("data-requires-python");
    return value.isBlank() ? SpecifierSet.ANY : LenientForms.requiresPython(value);
  }

  private static OptionalLong size(Element anchor) {
    try {
      long size = Long.parseLong(anchor.attr("data-size").strip());
      return size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
    } catch (NumberFormatException notStated) {
      return OptionalLong.empty();
    }
  }

  private static Optional<Instant> uploadTime(Element anchor) {
    try {
      return Optional.of(Instant.parse(anchor.attr("data-upload-time").strip()));
    } catch (DateTimeParseException notStated) {
      return Optional.empty();
    }
  }

  private static MetadataOffer metadata(Element anchor) {
    for (String attribute : List.of("data-core-metadata", "data-dist-info-metadata")) {
      if (anchor.hasAttr(attribute)) {
        String value = anchor.attr(attribute);
        return value.equals("false")
            ? new MetadataOffer.None()
            : new MetadataOffer.Offered(Digest.parse(value));
      }
    }
    return new MetadataOffer.None();
  }
}
